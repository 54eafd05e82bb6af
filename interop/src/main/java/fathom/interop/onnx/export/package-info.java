/**
 * The writer of ONNX models: the operations of a network are traced at several sizes of its dynamic axes, compared, and
 * each is written as nodes of ONNX's operators.
 */
@org.jspecify.annotations.NullMarked
package fathom.interop.onnx.export;
