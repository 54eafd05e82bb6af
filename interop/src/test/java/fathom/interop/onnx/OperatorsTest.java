package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtException;
import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each operator in a model of its own, judged by onnxruntime: inputs given by the caller, and as constants of the
 * model.
 */
class OperatorsTest {
    @TempDir Path folder;

    private static final Tensor NONE = Tensors.zeros(1);

    @BeforeEach
    void seed() {
        Tensors.manualSeed(11);
    }

    private static Tensor f(long... shape) {
        return Tensors.randn(shape);
    }

    private static Tensor ints(long... values) {
        return Tensors.tensor(values);
    }

    private static Tensor number(long value) {
        return Tensors.tensor(value);
    }

    /** Runs an operator with one output; attributes are names and values in turn. */
    private void check(int opset, String operator, List<Tensor> inputs, Object... attributes)
            throws IOException, OrtException {
        check(opset, operator, 1, inputs, attributes);
    }

    private void check(int opset, String operator, int outputs, List<Tensor> inputs, Object... attributes)
            throws IOException, OrtException {
        compare(operator, opset, outputs, inputs, false, attributes);
        compare(operator, opset, outputs, inputs, true, attributes);
    }

    private void compare(
            String operator, int opset, int outputs, List<Tensor> inputs, boolean asConstants, Object... attributes)
            throws IOException, OrtException {
        GraphProto.Builder g = GraphProto.newBuilder().setName("g");
        var names = new ArrayList<String>();
        var given = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor t = inputs.get(i);
            String name = t == NONE ? "" : "in" + i;
            names.add(name);
            if (t == NONE) {
                continue;
            }
            if (asConstants && i > 0) {
                g.addInitializer(Models.tensor(name, t));
            } else {
                g.addInput(Models.value(name, t.dtype(), t.shape().dims()));
                given.put(name, t);
            }
        }
        var out = new ArrayList<String>();
        for (int i = 0; i < outputs; i++) {
            out.add("out" + i);
            g.addOutput(Models.output("out" + i));
        }
        g.addNode(Models.node(operator, names, out, attributes));
        compare(operator + (asConstants ? " with constants" : ""), Models.model(opset, g.build()), given);
    }

    private void compare(String what, ModelProto model, Map<String, Tensor> given) throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model.toByteArray());
        OnnxModel net = Onnx.load(file);
        try (var judge = new Reference(model.toByteArray())) {
            Map<String, Tensor> right = judge.run(given);
            Map<String, Tensor> tracked = net.run(given);
            try (var off = Autograd.noGrad()) {
                Map<String, Tensor> ours = net.run(given);
                right.forEach((name, r) -> {
                    same(what + " " + name, ours.get(name), r);
                    same(what + " " + name + " with gradients", tracked.get(name), r);
                });
            }
        }
    }

    private static void same(String what, @Nullable Tensor our, Tensor right) {
        assertThat(our).as(what).isNotNull();
        assertThat(our.dtype()).as(what).isEqualTo(right.dtype());
        assertThat(our.shape()).as(what).isEqualTo(right.shape());
        if (right.numel() > 0) {
            double scale = Math.max(1, right.to(DType.FLOAT64).abs().nanToNum().max().item());
            double difference =
                    our.detach().to(DType.FLOAT64).sub(right.to(DType.FLOAT64)).abs().nanToNum().max().item();
            assertThat(difference).as("%s: %s instead of %s", what, our, right).isLessThanOrEqualTo(2e-5 * scale);
        }
    }

    @Test
    void thePageListsThem() throws IOException {
        Path docs = Files.isDirectory(Path.of("docs")) ? Path.of("docs") : Path.of("..", "docs");
        var listed = new java.util.TreeSet<String>();
        for (String line : Files.readAllLines(docs.resolve("onnx.md"))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 4 && cells[2].strip().matches("[A-Za-z0-9. ]+") && !cells[1].contains("family")) {
                listed.addAll(List.of(cells[2].strip().split(" ")));
            }
        }
        listed.remove("Constant"); // no operator of the table: its value is a constant of the graph
        assertThat(listed).containsExactlyElementsOf(Onnx.operators());
    }

    @Test
    void arithmetic() throws IOException, OrtException {
        for (String op : List.of("Add", "Sub", "Mul", "Div")) {
            check(13, op, List.of(f(2, 3), f(2, 3)));
            check(13, op, List.of(f(2, 3), f(1)));
            check(13, op, List.of(f(2, 3), Tensors.tensor(1.5)));
            check(14, op, List.of(ints(7, -7, 9), ints(2, 2, -4)));
            check(14, op, List.of(ints(7, -7, 9), number(2)));
        }
        check(13, "Pow", List.of(f(4).abs(), f(4)));
        check(13, "Pow", List.of(f(4), Tensors.tensor(2.0)));
        check(13, "Mod", List.of(ints(7, -7, 9), ints(3, 3, -4)));
        check(13, "Mod", List.of(f(5).mul(9), f(5)), "fmod", 1);
        for (String op : List.of("Min", "Max", "Sum", "Mean")) {
            check(13, op, List.of(f(2, 3), f(3), f(2, 1)));
        }
        check(13, "Clip", List.of(f(20), Tensors.tensor(-0.5), Tensors.tensor(0.5)));
        check(13, "Clip", List.of(f(20), NONE, Tensors.tensor(0.5)));
        check(9, "Clip", List.of(f(20)), "min", -0.3, "max", 0.4);
        for (String op :
                List.of(
                        "Neg",
                        "Abs",
                        "Sign",
                        "Floor",
                        "Ceil",
                        "Round",
                        "Exp",
                        "Erf",
                        "Sin",
                        "Cos",
                        "Tan",
                        "Atan",
                        "Sinh",
                        "Cosh",
                        "Asinh",
                        "Reciprocal")) {
            check(13, op, List.of(f(3, 5)));
        }
        for (String op : List.of("Sqrt", "Log", "Asin", "Acos", "Atanh")) {
            check(13, op, List.of(Tensors.rand(9).mul(0.9)));
        }
        check(13, "Acosh", List.of(Tensors.rand(9).add(1.1)));
        Tensor odd = Tensors.tensor(new double[] {1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY});
        check(13, "IsNaN", List.of(odd));
        check(10, "IsInf", List.of(odd), "detect_negative", 0);
    }

    @Test
    void logic() throws IOException, OrtException {
        for (String op : List.of("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual")) {
            check(16, op, List.of(f(2, 3).round(), f(2, 3).round()));
            check(16, op, List.of(ints(1, 2, 3), number(2)));
        }
        Tensor a = f(2, 3).gt(0);
        Tensor b = f(2, 3).gt(0);
        for (String op : List.of("And", "Or", "Xor")) {
            check(13, op, List.of(a, b));
        }
        check(13, "Not", List.of(a));
        check(16, "Where", List.of(a, f(2, 3), f(3)));
        check(16, "Where", List.of(a, f(2, 3), Tensors.tensor(-1.0)));
        check(16, "Where", List.of(a, Tensors.tensor(-1.0), f(2, 3)));
    }

    @Test
    void activations() throws IOException, OrtException {
        for (String op :
                List.of(
                        "Relu",
                        "Sigmoid",
                        "Tanh",
                        "Softsign",
                        "Softplus",
                        "HardSwish",
                        "HardSigmoid",
                        "LeakyRelu",
                        "Elu",
                        "Selu",
                        "ThresholdedRelu",
                        "Shrink",
                        "Celu")) {
            check(14, op, List.of(f(3, 7).mul(3)));
        }
        check(14, "HardSigmoid", List.of(f(9).mul(3)), "alpha", 0.1666667, "beta", 0.5);
        check(14, "Shrink", List.of(f(9)), "lambd", 0.3, "bias", 0.1);
        check(16, "PRelu", List.of(f(2, 3, 4), f(3, 1)));
        for (String op : List.of("Softmax", "LogSoftmax", "Hardmax")) {
            check(13, op, List.of(f(2, 3, 4)));
            check(13, op, List.of(f(2, 3, 4)), "axis", 1);
            check(11, op, List.of(f(2, 3, 4)));
            check(11, op, List.of(f(2, 3, 4)), "axis", 2);
        }
    }

    @Test
    void convolutions() throws IOException, OrtException {
        check(13, "Conv", List.of(f(2, 4, 9, 8), f(6, 4, 3, 3), f(6)));
        check(
                13,
                "Conv",
                List.of(f(2, 4, 9, 8), f(6, 2, 3, 2)),
                "group",
                2,
                "pads",
                new int[] {1, 0, 2, 1},
                "strides",
                new int[] {2, 1},
                "dilations",
                new int[] {1, 2});
        check(
                13,
                "Conv",
                List.of(f(1, 4, 9, 8), f(4, 1, 3, 3), f(4)),
                "group",
                4,
                "auto_pad",
                "SAME_UPPER",
                "strides",
                new int[] {2, 2});
        check(13, "Conv", List.of(f(1, 3, 8, 8), f(4, 3, 2, 2)), "auto_pad", "SAME_LOWER");
        check(13, "Conv", List.of(f(2, 3, 20), f(5, 3, 4), f(5)), "pads", new int[] {2, 1}, "strides", new int[] {3});
        check(13, "Conv", List.of(f(1, 2, 5, 6, 7), f(3, 2, 2, 3, 2), f(3)), "pads", new int[] {0, 1, 0, 1, 1, 1});
        check(
                13,
                "ConvTranspose",
                List.of(f(1, 4, 5, 6), f(4, 3, 3, 3), f(3)),
                "strides",
                new int[] {2, 2},
                "pads",
                new int[] {1, 1, 1, 1},
                "output_padding",
                new int[] {1, 1});
        check(13, "ConvTranspose", List.of(f(1, 4, 5, 6), f(4, 2, 2, 2)), "strides", new int[] {2, 2}, "group", 2);
        check(
                13,
                "ConvTranspose",
                List.of(f(1, 2, 5, 6), f(2, 3, 3, 3)),
                "strides",
                new int[] {2, 2},
                "output_shape",
                new int[] {10, 12});
        check(13, "ConvTranspose", List.of(f(1, 2, 7), f(2, 3, 4)), "strides", new int[] {2}, "pads", new int[] {0, 1});
    }

    @Test
    void pools() throws IOException, OrtException {
        Tensor x = f(2, 3, 9, 8);
        check(12, "MaxPool", List.of(x), "kernel_shape", new int[] {3, 2}, "strides", new int[] {2, 2});
        check(
                12,
                "MaxPool",
                List.of(x),
                "kernel_shape",
                new int[] {3, 3},
                "strides",
                new int[] {2, 2},
                "pads",
                new int[] {1, 1, 1, 1},
                "ceil_mode",
                1);
        check(12, "MaxPool", 2, List.of(x), "kernel_shape", new int[] {2, 2}, "strides", new int[] {2, 2});
        check(12, "MaxPool", List.of(x), "kernel_shape", new int[] {2, 2}, "dilations", new int[] {2, 2});
        check(12, "MaxPool", List.of(f(1, 2, 12)), "kernel_shape", new int[] {3}, "auto_pad", "SAME_UPPER");
        check(11, "AveragePool", List.of(x), "kernel_shape", new int[] {3, 3}, "pads", new int[] {1, 1, 1, 1});
        check(
                11,
                "AveragePool",
                List.of(x),
                "kernel_shape",
                new int[] {3, 3},
                "pads",
                new int[] {1, 0, 1, 1},
                "count_include_pad",
                1);
        check(
                11,
                "AveragePool",
                List.of(x),
                "kernel_shape",
                new int[] {2, 2},
                "pads",
                new int[] {0, 0, 1, 1},
                "strides",
                new int[] {2, 2});
        check(11, "LpPool", List.of(x), "kernel_shape", new int[] {2, 2}, "strides", new int[] {2, 2});
        for (String op : List.of("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")) {
            check(13, op, List.of(x));
        }
    }

    @Test
    void products() throws IOException, OrtException {
        check(13, "MatMul", List.of(f(2, 3, 4), f(4, 5)));
        check(13, "MatMul", List.of(f(4), f(2, 4, 5)));
        check(13, "Gemm", List.of(f(3, 4), f(5, 4), f(5)), "transB", 1);
        check(13, "Gemm", List.of(f(4, 3), f(4, 5), f(3, 5)), "transA", 1, "alpha", 0.5, "beta", 2.0);
        check(13, "Gemm", List.of(f(3, 4), f(4, 5)));
        check(12, "Einsum", List.of(f(2, 3, 4), f(2, 4, 5)), "equation", "bij,bjk->bik");
    }

    @Test
    void normalizations() throws IOException, OrtException {
        Tensor x = f(2, 4, 5, 3);
        check(15, "BatchNormalization", List.of(x, f(4), f(4), f(4), Tensors.rand(4).add(0.5)));
        check(13, "InstanceNormalization", List.of(x, f(4), f(4)));
        check(17, "LayerNormalization", List.of(x, f(3), f(3)));
        check(17, "LayerNormalization", 3, List.of(x, f(5, 3)), "axis", -2, "epsilon", 1e-3);
        check(13, "LRN", List.of(x), "size", 3);
        check(13, "LpNormalization", List.of(x), "axis", 1);
        check(13, "MeanVarianceNormalization", List.of(x));
    }

    @Test
    void reductions() throws IOException, OrtException {
        Tensor x = f(2, 3, 4);
        for (String op : List.of("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSumExp")) {
            check(13, "Reduce" + op, List.of(x));
            if (!op.equals("Sum")) {
                check(13, "Reduce" + op, List.of(x), "axes", new int[] {1, -1}, "keepdims", 0);
            }
        }
        check(13, "ReduceLogSum", List.of(x.abs()), "axes", new int[] {1});
        check(18, "ReduceMean", List.of(x, ints(0, 2)), "keepdims", 0);
        check(13, "ReduceSum", List.of(x, ints(1)));
        check(13, "ReduceSum", List.of(x), "noop_with_empty_axes", 1);
        check(13, "ReduceSum", List.of(ints(1, 2, 3)));
        for (String op : List.of("ArgMax", "ArgMin")) {
            check(13, op, List.of(x), "axis", 1, "keepdims", 0);
            check(13, op, List.of(ints(3, 1, 3, 1).toInt()), "axis", 0, "select_last_index", 1);
        }
        check(14, "CumSum", List.of(x, number(1)));
        check(14, "CumSum", List.of(x, number(-1)), "exclusive", 1, "reverse", 1);
        check(11, "TopK", 2, List.of(f(3, 9), ints(4)));
        check(11, "TopK", 2, List.of(f(9, 3), ints(2)), "axis", 0, "largest", 0);
    }

    @Test
    void movement() throws IOException, OrtException {
        Tensor x = f(2, 3, 4);
        check(13, "Identity", List.of(x));
        check(13, "Cast", List.of(x.mul(3)), "to", DType.INT64);
        check(13, "Cast", List.of(x), "to", DType.BOOL);
        check(13, "Cast", List.of(ints(1, 2)), "to", DType.FLOAT32);
        check(13, "Shape", List.of(x));
        check(15, "Shape", List.of(x), "start", -2, "end", 3);
        check(13, "Size", List.of(x));
        check(13, "Reshape", List.of(x, ints(0, -1)));
        check(14, "Reshape", List.of(f(0, 3), ints(3, 0)), "allowzero", 1);
        check(13, "Flatten", List.of(x), "axis", 2);
        check(13, "Flatten", List.of(x), "axis", 0);
        check(13, "Squeeze", List.of(f(1, 3, 1), ints(0)));
        check(13, "Squeeze", List.of(f(1, 3, 1)));
        check(11, "Squeeze", List.of(f(1, 3, 1)), "axes", new int[] {-1});
        check(13, "Unsqueeze", List.of(x, ints(0, -1)));
        check(11, "Unsqueeze", List.of(x), "axes", new int[] {1, 3});
        check(13, "Transpose", List.of(x));
        check(13, "Transpose", List.of(x), "perm", new int[] {1, 2, 0});
        check(13, "Expand", List.of(f(3, 1), ints(2, 1, 4)));
        check(13, "Tile", List.of(f(2, 3), ints(2, 3)));
        check(13, "DepthToSpace", List.of(f(1, 8, 2, 3)), "blocksize", 2);
        check(13, "DepthToSpace", List.of(f(1, 8, 2, 3)), "blocksize", 2, "mode", "CRD");
        check(13, "SpaceToDepth", List.of(f(1, 2, 4, 6)), "blocksize", 2);
    }

    @Test
    void joiningAndParts() throws IOException, OrtException {
        Tensor x = f(5, 6);
        check(13, "Concat", List.of(x, f(5, 2)), "axis", -1);
        check(13, "Concat", List.of(ints(1, 2), ints(3)), "axis", 0);
        check(13, "Split", 2, List.of(x, ints(2, 4)), "axis", 1);
        check(11, "Split", 3, List.of(x), "axis", 1);
        check(18, "Split", 2, List.of(x), "num_outputs", 2);
        check(13, "Pad", List.of(x, ints(1, 0, 2, 1), Tensors.tensor(1.5)));
        check(13, "Pad", List.of(x, ints(1, 2, 2, 1)), "mode", "reflect");
        check(13, "Pad", List.of(x, ints(1, 2, 2, 1)), "mode", "edge");
        check(13, "Pad", List.of(x, ints(-1, 0, 0, -2)));
        check(18, "Pad", List.of(x, ints(2, 1), NONE, ints(1)));
        check(9, "Pad", List.of(x), "pads", new int[] {1, 0, 0, 1}, "value", 2.0);
        check(13, "Slice", List.of(x, ints(1), ints(4), ints(0)));
        check(13, "Slice", List.of(x, ints(-1, 0), ints(-100, 100), ints(0, 1), ints(-2, 3)));
        check(13, "Slice", List.of(x, ints(3), ints(Long.MIN_VALUE), ints(1), ints(-1)));
        check(13, "Slice", List.of(ints(1, 2, 3, 4, 5), ints(4), ints(0), ints(0), ints(-1)));
        check(13, "Slice", List.of(x, ints(4), ints(2), ints(0)));
        check(9, "Slice", List.of(x), "starts", new int[] {1}, "ends", new int[] {-1}, "axes", new int[] {1});
        check(14, "Trilu", List.of(x));
        check(14, "Trilu", List.of(x, number(-1)), "upper", 0);
        check(13, "ReverseSequence", List.of(f(4, 3), ints(1, 4, 2)), "time_axis", 0, "batch_axis", 1);
    }

    @Test
    void indexing() throws IOException, OrtException {
        Tensor x = f(4, 5, 3);
        check(13, "Gather", List.of(x, ints(0, -1, 2)), "axis", 1);
        check(13, "Gather", List.of(x, number(-2)), "axis", 0);
        check(13, "Gather", List.of(f(7, 3), Tensors.tensor(new long[][] {{1, 2}, {-1, 0}})));
        check(13, "Gather", List.of(ints(4, 5, 6), number(1)));
        check(13, "GatherElements", List.of(f(3, 3), Tensors.tensor(new long[][] {{1, -1, 0}})), "axis", 0);
        check(13, "GatherND", List.of(x, Tensors.tensor(new long[][] {{0, 1}, {3, -1}})));
        check(13, "GatherND", List.of(x, Tensors.tensor(new long[][] {{0}, {1}, {2}, {3}})), "batch_dims", 1);
        check(16, "ScatterElements", List.of(f(3, 3), Tensors.tensor(new long[][] {{1, -1, 0}}), f(1, 3)));
        check(
                16,
                "ScatterElements",
                List.of(f(3, 3), Tensors.tensor(new long[][] {{1, 1, 0}}), f(1, 3)),
                "reduction",
                "add");
        check(16, "ScatterND", List.of(x, Tensors.tensor(new long[][] {{0, 1}, {3, -1}}), f(2, 3)));
        check(16, "ScatterND", List.of(x, Tensors.tensor(new long[][] {{1}, {1}}), f(2, 5, 3)), "reduction", "add");
        check(13, "NonZero", List.of(f(3, 4).round()));
        check(11, "Compress", List.of(x, Tensors.tensor(true, false, true)), "axis", 1);
        check(11, "OneHot", List.of(ints(1, -1, 0), number(4), Tensors.tensor(new double[] {0.5, 2})), "axis", 0);
    }

    @Test
    void creation() throws IOException, OrtException {
        check(13, "ConstantOfShape", List.of(ints(2, 3)));
        check(13, "ConstantOfShape", List.of(ints(20, 5)), "value", ints(7));
        check(13, "Range", List.of(number(1), number(9), number(3)));
        check(13, "Range", List.of(Tensors.tensor(3.0), Tensors.tensor(-1.0), Tensors.tensor(-0.5)));
        check(13, "Range", List.of(number(0), number(100), number(1)));
        check(13, "EyeLike", List.of(f(3, 4)), "k", 1);
    }

    @Test
    void resizing() throws IOException, OrtException {
        Tensor x = f(1, 2, 6, 5);
        Tensor twice = Tensors.tensor(new double[] {1, 1, 2, 2});
        Tensor odd = Tensors.tensor(new double[] {1, 1, 1.6, 0.7});
        for (String coordinates : List.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")) {
            for (Tensor scale : List.of(twice, odd)) {
                check(
                        13,
                        "Resize",
                        List.of(x, NONE, scale),
                        "mode",
                        "linear",
                        "coordinate_transformation_mode",
                        coordinates);
                check(
                        13,
                        "Resize",
                        List.of(x, NONE, scale),
                        "mode",
                        "cubic",
                        "coordinate_transformation_mode",
                        coordinates);
            }
            for (String rounding : List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")) {
                check(
                        13,
                        "Resize",
                        List.of(x, NONE, odd),
                        "mode",
                        "nearest",
                        "coordinate_transformation_mode",
                        coordinates,
                        "nearest_mode",
                        rounding);
            }
        }
        check(13, "Resize", List.of(x, NONE, NONE, ints(1, 2, 9, 11)), "mode", "linear");
        check(
                13,
                "Resize",
                List.of(x, NONE, NONE, ints(1, 2, 12, 10)),
                "mode",
                "nearest",
                "coordinate_transformation_mode",
                "asymmetric",
                "nearest_mode",
                "floor");
        check(10, "Resize", List.of(x, twice));
        check(9, "Upsample", List.of(x, twice));
        check(16, "GridSample", List.of(x, Tensors.rand(1, 4, 3, 2).mul(2).sub(1)));
    }

    @Test
    void recurrent() throws IOException, OrtException {
        long h = 4;
        Tensor x = f(5, 2, 3);
        for (String direction : List.of("forward", "reverse", "bidirectional")) {
            long d = direction.equals("bidirectional") ? 2 : 1;
            check(
                    14,
                    "LSTM",
                    3,
                    List.of(x, f(d, 4 * h, 3), f(d, 4 * h, h), f(d, 8 * h)),
                    "hidden_size",
                    h,
                    "direction",
                    direction);
            check(
                    14,
                    "LSTM",
                    3,
                    List.of(
                            x,
                            f(d, 4 * h, 3),
                            f(d, 4 * h, h),
                            f(d, 8 * h),
                            ints(5, 3).toInt(),
                            f(d, 2, h),
                            f(d, 2, h),
                            f(d, 3 * h)),
                    "hidden_size",
                    h,
                    "direction",
                    direction);
            check(
                    14,
                    "GRU",
                    2,
                    List.of(x, f(d, 3 * h, 3), f(d, 3 * h, h), f(d, 6 * h), NONE, f(d, 2, h)),
                    "hidden_size",
                    h,
                    "direction",
                    direction);
            check(
                    14,
                    "GRU",
                    2,
                    List.of(x, f(d, 3 * h, 3), f(d, 3 * h, h), f(d, 6 * h)),
                    "hidden_size",
                    h,
                    "direction",
                    direction,
                    "linear_before_reset",
                    1);
            check(
                    14,
                    "RNN",
                    2,
                    List.of(x, f(d, h, 3), f(d, h, h), f(d, 2 * h)),
                    "hidden_size",
                    h,
                    "direction",
                    direction);
        }
        check(14, "RNN", 2, List.of(x, f(1, h, 3), f(1, h, h)), "hidden_size", h, "activations", new String[] {"Relu"});
    }

    @Test
    void detection() throws IOException, OrtException {
        Tensor corners = Tensors.rand(2, 12, 2);
        Tensor boxes = Tensors.cat(List.of(corners, corners.add(Tensors.rand(2, 12, 2))), -1);
        Tensor scores = Tensors.rand(2, 3, 12);
        check(
                11,
                "NonMaxSuppression",
                List.of(
                        boxes,
                        scores,
                        ints(4),
                        Tensors.tensor(new double[] {0.4}),
                        Tensors.tensor(new double[] {0.2})));
        check(11, "NonMaxSuppression", List.of(boxes, scores, ints(2)), "center_point_box", 1);
    }

    /** Branches of values that the outer graph computes, and a loop that yields its state. */
    @Test
    void controlFlow() throws IOException, OrtException {
        GraphProto twice =
                GraphProto.newBuilder()
                        .setName("twice")
                        .addNode(Models.node("Add", List.of("y", "y"), List.of("doubled")))
                        .addOutput(Models.value("doubled", DType.FLOAT32, 3))
                        .build();
        GraphProto minus =
                GraphProto.newBuilder()
                        .setName("minus")
                        .addNode(Models.node("Neg", List.of("y"), List.of("negative")))
                        .addOutput(Models.value("negative", DType.FLOAT32, 3))
                        .build();
        GraphProto branches =
                GraphProto.newBuilder()
                        .setName("g")
                        .addInput(Models.value("x", DType.FLOAT32, 3))
                        .addInput(Models.value("c", DType.BOOL))
                        .addNode(Models.node("Exp", List.of("x"), List.of("y")))
                        .addNode(
                                Models.node(
                                        "If", List.of("c"), List.of("z"), "then_branch", twice, "else_branch", minus))
                        .addOutput(Models.value("z", DType.FLOAT32, 3))
                        .build();
        for (boolean condition : new boolean[] {true, false}) {
            compare("If", Models.model(13, branches), Map.of("x", f(3), "c", Tensors.tensor(condition)));
        }
        GraphProto body =
                GraphProto.newBuilder()
                        .setName("body")
                        .addInput(Models.value("i", DType.INT64))
                        .addInput(Models.value("go", DType.BOOL))
                        .addInput(Models.value("s", DType.FLOAT32, 3))
                        .addNode(Models.node("Add", List.of("s", "x"), List.of("next")))
                        .addNode(Models.node("Identity", List.of("go"), List.of("on")))
                        .addNode(Models.node("Cast", List.of("i"), List.of("fi"), "to", DType.FLOAT32))
                        .addNode(Models.node("Mul", List.of("next", "fi"), List.of("yielded")))
                        .addOutput(Models.value("on", DType.BOOL))
                        .addOutput(Models.value("next", DType.FLOAT32, 3))
                        .addOutput(Models.value("yielded", DType.FLOAT32, 3))
                        .build();
        GraphProto loop =
                GraphProto.newBuilder()
                        .setName("g")
                        .addInput(Models.value("x", DType.FLOAT32, 3))
                        .addInput(Models.value("n", DType.INT64))
                        .addNode(Models.node("Loop", List.of("n", "", "x"), List.of("last", "all"), "body", body))
                        .addOutput(Models.value("last", DType.FLOAT32, 3))
                        .addOutput(Models.value("all", DType.FLOAT32, -1, 3))
                        .build();
        compare("Loop", Models.model(13, loop), Map.of("x", f(3), "n", number(4)));
    }

    /** Shapes that a model computes: the pattern of view(x.size(0), -1) and of position ids. */
    @Test
    void shapesAreComputedInJava() throws IOException, OrtException {
        GraphProto g =
                GraphProto.newBuilder()
                        .setName("g")
                        .addInput(Models.value("x", DType.FLOAT32, -1, -2, 4))
                        .addInitializer(Models.tensor("zero", number(0)))
                        .addInitializer(Models.tensor("one", number(1)))
                        .addInitializer(Models.tensor("minus", ints(-1)))
                        .addInitializer(Models.tensor("first", ints(0)))
                        .addInitializer(Models.tensor("table", f(50, 4)))
                        .addNode(Models.node("Shape", List.of("x"), List.of("shape")))
                        .addNode(Models.node("Gather", List.of("shape", "zero"), List.of("n"), "axis", 0))
                        .addNode(Models.node("Gather", List.of("shape", "one"), List.of("t"), "axis", 0))
                        .addNode(Models.node("Range", List.of("zero", "t", "one"), List.of("positions")))
                        .addNode(Models.node("Gather", List.of("table", "positions"), List.of("added"), "axis", 0))
                        .addNode(Models.node("Add", List.of("x", "added"), List.of("y")))
                        .addNode(Models.node("Unsqueeze", List.of("n", "first"), List.of("rows")))
                        .addNode(Models.node("Concat", List.of("rows", "minus"), List.of("flat"), "axis", 0))
                        .addNode(Models.node("Reshape", List.of("y", "flat"), List.of("z")))
                        .addOutput(Models.value("z", DType.FLOAT32, -1, -2))
                        .build();
        for (long length : new long[] {1, 3, 7}) {
            compare("shapes", Models.model(13, g), Map.of("x", f(2, length, 4)));
        }
    }
}
