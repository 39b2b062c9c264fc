! sums.f90 - a Fortran program: arrays, formatted files, internal I/O, recursion, a stop code.
program sums
  implicit none
  integer, parameter :: n = 60
  real(8) :: a(n, n), b(n, n), c(n, n), x
  integer :: i, j, unit, status
  character(len=40) :: line

  do j = 1, n
    do i = 1, n
      a(i, j) = 1.0d0 / (i + j)
      b(i, j) = mod(i * j, 7)
    end do
  end do
  c = matmul(a, b)
  write (*, '(a, f18.10)') 'trace ', sum([(c(i, i), i = 1, n)])
  write (*, '(a, 3es16.8)') 'some  ', c(1, 1), maxval(c), sum(c, mask=c > 10d0)
  write (*, '(a, i0)') 'factorial ', factorial(12)
  open (newunit=unit, file='/tmp/oracle-sums.txt', status='replace')
  do i = 1, 5
    write (unit, '(i4, f10.4)') i, sqrt(real(i, 8))
  end do
  rewind (unit)
  x = 0
  do
    read (unit, *, iostat=status) i, a(1, 1)
    if (status /= 0) exit
    x = x + a(1, 1)
  end do
  close (unit, status='delete')
  write (*, '(a, f10.4)') 'read  ', x
  write (line, '(a, 1x, z8.8)') 'hex', 48879
  print *, trim(line)
  open (newunit=unit, file='/none/at/all', status='old', iostat=status)
  print *, 'no such file: ', status /= 0
  stop 4, quiet=.true.
contains
  recursive function factorial(k) result(f)
    integer, intent(in) :: k
    integer :: f
    f = 1
    if (k > 1) f = k * factorial(k - 1)
  end function
end program
