package fathom.interop.onnx.proto;

import fathom.interop.onnx.proto.NumberList.Kind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor in a model file. Its elements are in exactly one of three places: bytes of the file, numbers in typed
 * fields, or another file.
 *
 * @param name the name; empty for a value of an attribute
 * @param type the element type's number; see {@link ElementType}
 * @param shape the shape
 * @param rawBegin the position of the elements in the file; -1 if they are elsewhere
 * @param rawLength the number of bytes of the elements in the file
 * @param wholes elements in a field of integers, or the bits of 16-bit floating-point numbers
 * @param reals elements in a field of floating-point numbers
 * @param external where the elements are in another file: {@code location}, {@code offset}, {@code length}; null if
 *     they are in this one
 * @param hasStrings whether elements are strings
 */
public record TensorProto(
        String name,
        int type,
        long[] shape,
        long rawBegin,
        long rawLength,
        long[] wholes,
        double[] reals,
        @Nullable Map<String, String> external,
        boolean hasStrings) {
    private static final int EXTERNAL = 1;

    static TensorProto read(ProtoReader in) throws IOException {
        String name = "";
        int type = 0;
        var shape = new NumberList(Kind.WHOLE);
        var wholes = new NumberList(Kind.WHOLE);
        var floats = new NumberList(Kind.FLOAT);
        var doubles = new NumberList(Kind.DOUBLE);
        var raw = new ProtoReader.Bytes(-1, 0);
        var external = new LinkedHashMap<String, String>();
        boolean isExternal = false;
        boolean hasStrings = false;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> in.appendTo(shape);
                case 2 -> type = (int) in.whole();
                case 4 -> in.appendTo(floats);
                case 5, 7, 11 -> in.appendTo(wholes);
                case 6 -> {
                    hasStrings = true;
                    in.skip();
                }
                case 8 -> name = in.text();
                case 9 -> raw = in.elements();
                case 10 -> in.appendTo(doubles);
                case 13 -> {
                    Map.Entry<String, String> entry = StringEntry.read(in.message());
                    external.put(entry.getKey(), entry.getValue());
                }
                case 14 -> isExternal = in.whole() == EXTERNAL;
                default -> in.skip();
            }
        }
        double[] reals = floats.reals();
        return new TensorProto(
                name,
                type,
                shape.wholes(),
                raw.begin(),
                raw.length(),
                wholes.wholes(),
                reals.length > 0 ? reals : doubles.reals(),
                isExternal ? external : null,
                hasStrings);
    }
}
