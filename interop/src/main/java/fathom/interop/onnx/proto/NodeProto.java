package fathom.interop.onnx.proto;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A use of an operator.
 *
 * @param name the name; may be empty
 * @param type the operator's name
 * @param domain the operator's domain; empty for ONNX's own
 * @param inputs the names of the inputs; an empty name is an omitted input
 * @param outputs the names of the outputs; an empty name is an output that nobody uses
 * @param attributes the attributes by name
 */
public record NodeProto(
        String name,
        String type,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, AttributeProto> attributes) {

    static NodeProto read(ProtoReader in) throws IOException {
        String name = "";
        String type = "";
        String domain = "";
        var inputs = new ArrayList<String>();
        var outputs = new ArrayList<String>();
        var attributes = new LinkedHashMap<String, AttributeProto>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> inputs.add(in.text());
                case 2 -> outputs.add(in.text());
                case 3 -> name = in.text();
                case 4 -> type = in.text();
                case 5 -> {
                    AttributeProto a = AttributeProto.read(in.message());
                    attributes.put(a.name(), a);
                }
                case 7 -> domain = in.text();
                default -> in.skip();
            }
        }
        return new NodeProto(
                name,
                type,
                domain.equals("ai.onnx") ? "" : domain,
                List.copyOf(inputs),
                List.copyOf(outputs),
                attributes);
    }

    /** {@return the operator with the node's name or, if it has none, that of its first output} */
    @Override
    public String toString() {
        String operator = domain.isEmpty() ? type : domain + "." + type;
        String of = !name.isEmpty() ? name : outputs.isEmpty() ? "" : "-> " + outputs.getFirst();
        return of.isEmpty() ? operator : "%s (%s)".formatted(operator, of);
    }
}
