/** Process groups and their collective operations, over MPI and over threads of one process. */
@NullMarked
package fathom.distributed;

import org.jspecify.annotations.NullMarked;
