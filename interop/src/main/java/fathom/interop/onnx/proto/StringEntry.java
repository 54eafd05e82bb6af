package fathom.interop.onnx.proto;

import java.io.IOException;
import java.util.Map;

/** An entry of a map of strings. */
final class StringEntry {
    private StringEntry() {}

    static Map.Entry<String, String> read(ProtoReader in) throws IOException {
        String key = "";
        String value = "";
        while (in.next()) {
            switch (in.field()) {
                case 1 -> key = in.text();
                case 2 -> value = in.text();
                default -> in.skip();
            }
        }
        return Map.entry(key, value);
    }
}
