/**
 * The messages of ONNX files, read from memory: the part of Protocol Buffers' encoding and of {@code onnx.proto} that
 * models use. Field numbers are those of {@code onnx.proto}.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers: Encoding</a>
 */
@NullMarked
package fathom.interop.onnx.proto;

import org.jspecify.annotations.NullMarked;
