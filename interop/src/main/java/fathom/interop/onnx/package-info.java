/**
 * ONNX models as layers: {@link fathom.interop.onnx.Onnx#load} reads a file, {@link fathom.interop.onnx.OnnxModel} runs
 * it on Fathom's operations, so that its weights can be trained further.
 *
 * @see <a href="https://onnx.ai/onnx/">ONNX</a>
 */
@NullMarked
package fathom.interop.onnx;

import org.jspecify.annotations.NullMarked;
