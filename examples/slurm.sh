#!/bin/bash
#SBATCH --job-name=tfstyle
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
# Trains on several machines, a worker each, all with a run folder on a disk that every machine sees:
#   sbatch examples/slurm.sh train cyclegan --a sunny --b rainy --batch 4 --run /shared/runs/weather
# When a worker dies, all stop; the same line goes on from the last checkpoint.
set -euo pipefail
port=${PORT:-12345}
WORKERS=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed "s/.*/\"&:$port\"/" | paste -sd, -)
export WORKERS
# shellcheck disable=SC2016  (each task knows its own number)
srun --kill-on-bad-exit=1 bash -c '
  task="{\"type\": \"worker\", \"index\": $SLURM_PROCID}"
  export TF_CONFIG="{\"cluster\": {\"worker\": [$WORKERS]}, \"task\": $task}"
  exec tfstyle "$@"' worker "$@"
