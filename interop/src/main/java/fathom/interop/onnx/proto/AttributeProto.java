package fathom.interop.onnx.proto;

import fathom.interop.onnx.proto.NumberList.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attribute of a node: one of the values below, the others are empty.
 *
 * @param name the name
 * @param real a number
 * @param whole an integer
 * @param text a string
 * @param tensor a tensor
 * @param graph a graph, as the branch of an If is
 * @param reals numbers
 * @param wholes integers
 * @param texts strings
 */
public record AttributeProto(
        String name,
        double real,
        long whole,
        String text,
        @Nullable TensorProto tensor,
        @Nullable GraphProto graph,
        double[] reals,
        long[] wholes,
        List<String> texts) {

    static AttributeProto read(ProtoReader in) throws IOException {
        String name = "";
        double real = 0;
        long whole = 0;
        String text = "";
        TensorProto tensor = null;
        GraphProto graph = null;
        var reals = new NumberList(Kind.FLOAT);
        var wholes = new NumberList(Kind.WHOLE);
        var texts = new ArrayList<String>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name = in.text();
                case 2 -> real = in.real();
                case 3 -> whole = in.whole();
                case 4 -> text = in.text();
                case 5 -> tensor = TensorProto.read(in.message());
                case 6 -> graph = GraphProto.read(in.message());
                case 7 -> in.appendTo(reals);
                case 8 -> in.appendTo(wholes);
                case 9 -> texts.add(in.text());
                default -> in.skip();
            }
        }
        return new AttributeProto(
                name, real, whole, text, tensor, graph, reals.reals(), wholes.wholes(), List.copyOf(texts));
    }
}
