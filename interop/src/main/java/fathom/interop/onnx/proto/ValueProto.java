package fathom.interop.onnx.proto;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name, type and shape of an input or output.
 *
 * @param name the name
 * @param type the element type's number; 0 if it is no tensor
 * @param shape per dimension its size, or its name if the size may vary; null if the rank is unknown
 */
public record ValueProto(String name, int type, @Nullable List<String> shape) {
    static ValueProto read(ProtoReader in) throws IOException {
        String name = "";
        ValueProto tensor = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name = in.text();
                case 2 -> tensor = type(in.message());
                default -> in.skip();
            }
        }
        return tensor == null ? new ValueProto(name, 0, null) : new ValueProto(name, tensor.type(), tensor.shape());
    }

    private static @Nullable ValueProto type(ProtoReader in) throws IOException {
        ValueProto tensor = null;
        while (in.next()) {
            if (in.field() == 1) {
                tensor = tensor(in.message());
            } else {
                in.skip();
            }
        }
        return tensor;
    }

    private static ValueProto tensor(ProtoReader in) throws IOException {
        int type = 0;
        List<String> shape = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> type = (int) in.whole();
                case 2 -> shape = shape(in.message());
                default -> in.skip();
            }
        }
        return new ValueProto("", type, shape);
    }

    private static List<String> shape(ProtoReader in) throws IOException {
        var sizes = new ArrayList<String>();
        while (in.next()) {
            if (in.field() == 1) {
                sizes.add(size(in.message()));
            } else {
                in.skip();
            }
        }
        return List.copyOf(sizes);
    }

    private static String size(ProtoReader in) throws IOException {
        String size = "?";
        while (in.next()) {
            switch (in.field()) {
                case 1 -> size = Long.toString(in.whole());
                case 2 -> size = in.text();
                default -> in.skip();
            }
        }
        return size;
    }
}
