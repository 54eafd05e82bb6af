/** Pooling layers over one to three spatial dimensions. */
@NullMarked
package fathom.nn.pool;

import org.jspecify.annotations.NullMarked;
