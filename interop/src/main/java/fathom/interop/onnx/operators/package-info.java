/**
 * The operators of ONNX by Fathom's operations: {@link fathom.interop.onnx.operators.OperatorTable} lists them, one
 * class per family computes them.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>
 */
@NullMarked
package fathom.interop.onnx.operators;

import org.jspecify.annotations.NullMarked;
