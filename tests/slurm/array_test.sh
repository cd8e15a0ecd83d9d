#!/bin/bash
# The smoke sweep through a Slurm job array on two nodes, with a task killed and a node's daemon killed while it runs, exports the
# same bytes as on one machine.
#   array_test.sh HAVEN SOURCE
# Exit 77, which ctest shows as skipped, when this machine cannot run the test.
set -uo pipefail
haven=$1 source=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() { echo "skipped: $*"; exit 77; }
[[ $EUID -eq 0 ]] || skip "starting Slurm's daemons needs root"
for program in munged slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null || skip "no $program: apt-get install munge slurm-wlm"
done

work=$(mktemp -d)
chmod 755 "$work"  # the user munge must get to its folder
# shellcheck source=cluster.sh
source "$here/cluster.sh"
trap 'stop_cluster; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; tail -n 20 "$work"/cluster/*.log "$work"/shares/*.log 2>/dev/null; exit 1; }

start_cluster "$work/cluster" || fail "the cluster did not start"
plan=sweeps/smoke
more='--seeds 12'  # tasks of some seconds, so that they are killed in the middle

(cd "$work" && "$haven" sweep $plan $more --threads 2 --no-report --out one.sqlite && "$haven" export one.sqlite --csv one) || fail "the sweep on one machine"

tasks=6
(cd "$work" && "$source/tools/slurm/submit.sh" $plan --tasks $tasks --folder shares --program "$haven" --options "$more" --every 1 >submit.log 2>&1) &
submit=$!

# Once two tasks run: one of them is killed outright, and then the daemon of a node, whose task goes on without it.
running() { squeue --noheader --array --states=RUNNING --format='%i %N %A' | sort; }
two_run() { [[ $(running | wc -l) -ge 2 ]]; }
wait_until 60 two_run || fail "no two tasks ran at once: $(cat "$work/submit.log")"
killed=$(running | awk '$2 == "n1" { print $1; exit }')
scancel --signal=KILL --full "$killed" || fail "no task to kill"
echo "killed the task $killed"
wait_until 60 two_run
kill -9 "${node_pid[n2]}"
echo "killed the daemon of node n2"
sleep 3
start_node n2

wait $submit || fail "submit.sh: $(cat "$work/submit.log")"
cat "$work/submit.log"
[[ $(grep -c '^job ' "$work/submit.log") -ge 2 ]] || fail "the killed task's share was not submitted again"
(cd "$work" && "$haven" export shares/merged.sqlite --csv many) || fail "the export of the merged file"
diff -r "$work/one" "$work/many" || fail "the merged export is not the one of a single machine"

# Called again, there is nothing left to do.
(cd "$work" && "$source/tools/slurm/submit.sh" $plan --tasks $tasks --folder shares --program "$haven" --options "$more") | grep -q "there already" || fail "submit.sh called again"
echo "passed: $tasks tasks on two nodes, one task and one daemon killed, same bytes"
