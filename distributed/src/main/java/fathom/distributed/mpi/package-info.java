/** The binding of MPI's C functions; not exported. */
@NullMarked
package fathom.distributed.mpi;

import org.jspecify.annotations.NullMarked;
