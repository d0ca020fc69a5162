#!/bin/bash
# sbatch array.sh: performs job.yaml in ten parts, each a task that starts when there is room for it.
# When all are complete, join them to the bits of the one big job:
#     ulam merge -o job.h5 job.part*of10.h5
#SBATCH --job-name=ulam
#SBATCH --array=1-10
#SBATCH --ntasks=8
#SBATCH --time=4:00:00

srun --mpi=pmix ulam run --part slurm job.yaml
