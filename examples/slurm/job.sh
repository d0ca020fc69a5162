#!/bin/bash
# sbatch job.sh: performs job.yaml with 64 processes. Submitted again, it goes on with what is in job.h5.
#SBATCH --job-name=ulam
#SBATCH --ntasks=64
#SBATCH --time=24:00:00
# Two minutes before the end the processes are asked to stop; choose more than the longest run takes.
#SBATCH --signal=USR1@120

# Exit status 0: complete. 3: out of time; the file is valid, submit again.
srun --mpi=pmix ulam run job.yaml
