/** Training with several processes or devices: data parallel, with sharded state, and with split layers. */
@NullMarked
package fathom.distributed.parallel;

import org.jspecify.annotations.NullMarked;
