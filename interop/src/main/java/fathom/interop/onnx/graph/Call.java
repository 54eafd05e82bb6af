package fathom.interop.onnx.graph;

import fathom.DType;
import fathom.Tensor;
import fathom.interop.onnx.proto.AttributeProto;
import fathom.interop.onnx.proto.ElementType;
import fathom.interop.onnx.proto.NodeProto;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One execution of a node: its inputs, its attributes with their defaults, its subgraphs. */
public final class Call {
    private final Step step;
    private final @Nullable Value[] inputs;
    private final Execution execution;
    private final @Nullable Value[] frame;

    Call(Step step, @Nullable Value[] inputs, Execution execution, @Nullable Value[] frame) {
        this.step = step;
        this.inputs = inputs;
        this.execution = execution;
        this.frame = frame;
    }

    private NodeProto node() {
        return step.node();
    }

    /** {@return an exception for a node that cannot be computed} */
    public IllegalArgumentException refuse(String why) {
        return new IllegalArgumentException(why);
    }

    /** {@return the version of the operators of the node's domain} */
    public long opset() {
        return execution.opset();
    }

    // ---- inputs ---------------------------------------------------------------------------------------------------

    /** {@return the number of inputs, including omitted ones in front of others} */
    public int inputs() {
        return inputs.length;
    }

    /** {@return the number of outputs that are named} */
    public int outputs() {
        return step.outputs().length;
    }

    /** {@return whether input {@code i} is given} */
    public boolean has(int i) {
        return i < inputs.length && inputs[i] != null;
    }

    /** {@return input {@code i}} */
    public Value value(int i) {
        Value v = i < inputs.length ? inputs[i] : null;
        if (v == null) {
            throw refuse(String.format(Locale.ROOT, "its input %d is missing", i));
        }
        return v;
    }

    /** {@return input {@code i} as a tensor} */
    public Tensor tensor(int i) {
        return value(i).tensor();
    }

    /** {@return input {@code i} as a tensor; null if it is omitted} */
    public @Nullable Tensor optional(int i) {
        return has(i) ? tensor(i) : null;
    }

    /** {@return input {@code i}, numbers in Java} */
    public HostValue host(int i) {
        return (HostValue) value(i);
    }

    /** {@return the elements of input {@code i}, which is a shape, axes or the like; a tensor's are read back} */
    public long[] wholes(int i) {
        return switch (value(i)) {
            case HostValue h -> h.wholes();
            case TensorValue t -> t.tensor().detach().flatten().to(DType.INT64).toLongArray();
        };
    }

    /** {@return the elements of input {@code i}; a tensor's are read back} */
    public double[] reals(int i) {
        return switch (value(i)) {
            case HostValue h -> h.reals();
            case TensorValue t -> t.tensor().detach().flatten().to(DType.FLOAT64).toDoubleArray();
        };
    }

    /** {@return the one element of input {@code i}} */
    public long whole(int i) {
        return one(i, wholes(i).length) ? wholes(i)[0] : 0;
    }

    /** {@return the one element of input {@code i}} */
    public double real(int i) {
        return one(i, reals(i).length) ? reals(i)[0] : 0;
    }

    private boolean one(int i, int elements) {
        if (elements != 1) {
            throw refuse(String.format(Locale.ROOT, "its input %d has %d elements, not one", i, elements));
        }
        return true;
    }

    /** {@return whether all inputs are numbers in Java} */
    boolean isHost() {
        for (Value v : inputs) {
            if (v instanceof TensorValue) {
                return false;
            }
        }
        return true;
    }

    // ---- attributes -----------------------------------------------------------------------------------------------

    private @Nullable AttributeProto attribute(String name) {
        return node().attributes().get(name);
    }

    /** {@return whether an attribute is given} */
    public boolean hasAttribute(String name) {
        return attribute(name) != null;
    }

    /** {@return an integer attribute} */
    public long whole(String name, long otherwise) {
        AttributeProto a = attribute(name);
        return a == null ? otherwise : a.whole();
    }

    /** {@return an integer attribute that counts or names a dimension} */
    public int number(String name, long otherwise) {
        long value = whole(name, otherwise);
        if (value != (int) value) {
            throw refuse(String.format(Locale.ROOT, "its attribute %s is %d", name, value));
        }
        return (int) value;
    }

    /** {@return a boolean attribute} */
    public boolean flag(String name, boolean otherwise) {
        return whole(name, otherwise ? 1 : 0) != 0;
    }

    /** {@return a floating-point attribute} */
    public double real(String name, double otherwise) {
        AttributeProto a = attribute(name);
        return a == null ? otherwise : a.real();
    }

    /** {@return a string attribute} */
    public String text(String name, String otherwise) {
        AttributeProto a = attribute(name);
        return a == null ? otherwise : a.text();
    }

    /** {@return an attribute of strings; null if it is not given} */
    public java.util.@Nullable List<String> texts(String name) {
        AttributeProto a = attribute(name);
        return a == null ? null : a.texts();
    }

    /** {@return an attribute of integers; null if it is not given} */
    public long @Nullable [] wholes(String name) {
        AttributeProto a = attribute(name);
        return a == null ? null : a.wholes();
    }

    /** {@return an attribute of floating-point numbers; null if it is not given} */
    public double @Nullable [] reals(String name) {
        AttributeProto a = attribute(name);
        return a == null ? null : a.reals();
    }

    /** {@return the numbers of an attribute or, in later versions of the operator, of an input; null if neither} */
    public long @Nullable [] wholes(String name, int input) {
        return has(input) ? wholes(input) : wholes(name);
    }

    /** {@return an attribute that is an element type} */
    public DType dtype(String name, DType otherwise) {
        long number = whole(name, 0);
        DType type = ElementType.dtype(number);
        if (number != 0 && type == null) {
            throw refuse("elements of " + ElementType.name(number) + " are not supported");
        }
        return type == null ? otherwise : type;
    }

    /** {@return an attribute that is a tensor; null if it is not given} */
    public @Nullable Value constant(String name) {
        return step.constants().get(name);
    }

    // ---- subgraphs ------------------------------------------------------------------------------------------------

    /** {@return the outputs of the graph in an attribute, for inputs} */
    public Value[] graph(String name, Value... inputs) {
        Step.Subgraph graph = step.subgraphs().get(name);
        if (graph == null) {
            throw refuse("its attribute %s is missing".formatted(name));
        }
        return graph.run(inputs, frame, execution);
    }
}
