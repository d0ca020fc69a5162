! The distance between two points drawn at random in a rectangle: the run in Fortran, its declaration in distance_model.c.
!
! Build:  gfortran -O3 -ffp-contract=off -fPIC -shared $(pkg-config --cflags ulam) -o distance.so distance.f90 distance_model.c
! Run:    ulam run distance.yaml && ulam show distance.h5

module distance
  use, intrinsic :: iso_c_binding
  implicit none

  interface
     ! Uniform numbers in [0, 1), from <ulam/rng.h>.
     subroutine ulam_uniform_fill(rng, values, n) bind(c)
       import :: c_ptr, c_double, c_size_t
       type(c_ptr), value :: rng
       real(c_double), intent(out) :: values(*)
       integer(c_size_t), value :: n
     end subroutine ulam_uniform_fill
  end interface

contains

  ! sides: the parameters, in the order of their declaration. out: the observables.
  subroutine distance_run(sides, rng, out) bind(c)
    real(c_double), intent(in) :: sides(2)
    type(c_ptr), value :: rng
    real(c_double), intent(out) :: out(1)
    real(c_double) :: u(4)

    call ulam_uniform_fill(rng, u, 4_c_size_t)
    out(1) = sqrt((sides(1) * (u(1) - u(3)))**2 + (sides(2) * (u(2) - u(4)))**2)
  end subroutine distance_run

end module distance
