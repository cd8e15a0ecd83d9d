#!/bin/bash
# Runs a sweep as a Slurm job array, follows it, and merges the shares. Called again, it goes on where it stopped.
#
#   tools/slurm/submit.sh PLAN --tasks N --folder DIR [--out FILE] [--program HAVEN] [--cpus N] [--tries N] [--every SECONDS]
#                         [--options "OPTIONS OF haven sweep"] [-- OPTIONS OF sbatch...]
#
# DIR must be one that every node sees. The merged file is DIR/merged.sqlite unless --out says otherwise. A share that is
# missing when the array has ended is submitted again, --tries times in all (3). docs/scaling.md says how many tasks to ask for.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die() { echo "submit.sh: $*" >&2; exit 2; }

plan='' tasks='' folder='' out='' program=$(command -v haven || echo "$here/../../build/release/haven") cpus=1 tries=3 every=10 options=''
sbatch_options=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --) shift; sbatch_options=("$@"); break ;;
    --tasks | --folder | --out | --program | --cpus | --tries | --every | --options)
      [[ $# -ge 2 ]] || die "$1 needs a value"
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    -*) die "unknown option $1" ;;
    *) [[ -z $plan ]] || die "two plans: $plan and $1"; plan=$1; shift ;;
  esac
done
[[ -n $plan && -n $folder ]] || die "PLAN, --tasks and --folder are needed"
[[ $tasks =~ ^[1-9][0-9]*$ ]] || die "--tasks: found \"$tasks\", expected a number above 0"
[[ -x $program ]] || die "--program: $program is not a program"
command -v sbatch >/dev/null || die "no sbatch here"
most=$(scontrol show config | sed -n 's/^MaxArraySize *= *//p')
[[ $tasks -lt $most ]] || die "--tasks: $tasks, but this cluster's arrays end at $((most - 1)) (MaxArraySize)"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
[[ -n $out ]] || out=$folder/merged.sqlite
[[ ! -e $out ]] || { echo "$out is there already"; exit 0; }

share() { printf '%s/share.%06d-of-%06d.sqlite' "$folder" "$1" "$tasks"; }
missing() {
  local i
  for ((i = 1; i <= tasks; ++i)); do [[ -e $(share "$i") ]] || echo "$i"; done
}
# A list of numbers, one a line, as Slurm writes them: 1-3,7
compact() {
  awk 'function put() { printf "%s%s", sep, (from == to ? from : from "-" to); sep = "," }
       NR == 1 { from = to = $1; next } $1 == to + 1 { to = $1; next } { put(); from = to = $1 } END { if (NR) put() }'
}

# What is wrong with the plan is said here, once, and not by every task.
# shellcheck disable=SC2086
"$program" sweep "$plan" --shard "1/$tasks" --dry-run $options | sed 's/^/share 1: /'

job=
trap '[[ -z $job ]] || scancel "$job"; exit 130' INT TERM
began=$SECONDS
for ((try = 1; try <= tries; ++try)); do
  left=$(missing | compact)
  [[ -n $left ]] || break
  job=$(HAVEN_PROGRAM=$program HAVEN_PLAN=$plan HAVEN_TASKS=$tasks HAVEN_FOLDER=$folder HAVEN_OPTIONS=$options \
    sbatch --parsable --export=ALL --array="$left" --cpus-per-task="$cpus" --output="$folder/share.%a.log" --open-mode=append \
    "${sbatch_options[@]}" "$here/share.sbatch")
  job=${job%%;*}
  echo "job $job: shares $left of $tasks"
  before=$(missing | wc -l)
  while :; do
    # squeue fails while the controller is away; the array is still there then.
    states=$(squeue --noheader --array --jobs="$job" --format=%T 2>/dev/null) || states=$(scontrol ping >/dev/null 2>&1 && echo '' || echo UNKNOWN)
    now=$(missing | wc -l)
    eta=
    [[ $now -eq $before ]] || eta=", about $(((SECONDS - began) * now / (before - now))) s left"
    echo "$((tasks - now)) of $tasks shares; $(grep -c RUNNING <<<"$states" || true) running, $(grep -c PENDING <<<"$states" || true) waiting$eta"
    [[ -n $states && $now -gt 0 ]] || break
    sleep "$every"
  done
  job=
done
left=$(missing | compact)
[[ -z $left ]] || { echo "submit.sh: shares $left are missing after $tries tries; $folder/share.*.log say why" >&2; exit 1; }
"$program" merge "$folder"/share.*-of-"$(printf '%06d' "$tasks")".sqlite --out "$out"
