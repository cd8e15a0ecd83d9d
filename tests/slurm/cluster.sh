# A Slurm cluster of two one-processor nodes on this machine, for a test: source it, call start_cluster FOLDER, then stop_cluster.
# Needs root and Debian's munge and slurm-wlm. Ends only the daemons that it started.

daemons=()

start_node() {
  slurmd -N "$1" -f "$cluster/slurm.conf" -D >"$cluster/$1.log" 2>&1 &
  node_pid[$1]=$!
  daemons+=($!)
}

wait_until() {
  local seconds=$1 i
  shift
  for ((i = 0; i < seconds * 5; ++i)); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  echo "not within $seconds s: $*" >&2
  return 1
}

nodes_idle() { [[ $(sinfo --noheader --Node --format=%T | grep -c '^idle$') -eq 2 ]]; }

declare -A node_pid
start_cluster() {
  cluster=$1
  mkdir -p "$cluster/state" "$cluster/spool" "$cluster/munge"
  local host socket=$cluster/munge/socket
  host=$(hostname -s)
  dd if=/dev/urandom of="$cluster/munge/key" bs=128 count=1 status=none
  chmod 400 "$cluster/munge/key"
  chown -R munge:munge "$cluster/munge"
  chmod 755 "$cluster" "$cluster/munge"
  runuser -u munge -- munged --foreground --force --key-file="$cluster/munge/key" --socket="$socket" --pid-file="$cluster/munge/pid" \
    --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" >"$cluster/munged.log" 2>&1 &
  daemons+=($!)
  cat >"$cluster/slurm.conf" <<CONF
ClusterName=haven
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$((20000 + $$ % 10000))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,batch_sched_delay=1
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillWait=2
MinJobAge=10
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool/%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.%n.pid
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((30000 + $$ % 10000)) CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((40000 + $$ % 10000)) CPUs=1
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$cluster/slurm.conf
  wait_until 10 test -S "$socket" || return 1
  slurmctld -D -f "$cluster/slurm.conf" >"$cluster/slurmctld.log" 2>&1 &
  daemons+=($!)
  wait_until 20 scontrol ping || return 1
  start_node n1
  start_node n2
  wait_until 30 nodes_idle || { cat "$cluster"/*.log; return 1; }
}

stop_cluster() {
  scancel --user=root 2>/dev/null
  sleep 1
  local i
  for ((i = ${#daemons[@]} - 1; i >= 0; --i)); do kill "${daemons[i]}" 2>/dev/null; done
  wait "${daemons[@]}" 2>/dev/null
  daemons=()
}
