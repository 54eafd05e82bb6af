/** The onnxruntime side of the rows of inference. */
@NullMarked
package fathom.bench.onnxruntime;

import org.jspecify.annotations.NullMarked;
