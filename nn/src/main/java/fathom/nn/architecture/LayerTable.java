package fathom.nn.architecture;

import fathom.functional.PoolOptions;
import fathom.nn.Dropout;
import fathom.nn.Dropout1d;
import fathom.nn.Dropout2d;
import fathom.nn.Dropout3d;
import fathom.nn.Embedding;
import fathom.nn.Flatten;
import fathom.nn.IdentityLayer;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.Unflatten;
import fathom.nn.activation.CELU;
import fathom.nn.activation.ELU;
import fathom.nn.activation.GELU;
import fathom.nn.activation.GLU;
import fathom.nn.activation.Hardshrink;
import fathom.nn.activation.Hardsigmoid;
import fathom.nn.activation.Hardswish;
import fathom.nn.activation.Hardtanh;
import fathom.nn.activation.LeakyReLU;
import fathom.nn.activation.LogSigmoid;
import fathom.nn.activation.LogSoftmax;
import fathom.nn.activation.Mish;
import fathom.nn.activation.PReLU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.ReLU6;
import fathom.nn.activation.SELU;
import fathom.nn.activation.SiLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.activation.Softmax;
import fathom.nn.activation.Softmin;
import fathom.nn.activation.Softplus;
import fathom.nn.activation.Softshrink;
import fathom.nn.activation.Softsign;
import fathom.nn.activation.Tanh;
import fathom.nn.activation.Tanhshrink;
import fathom.nn.activation.Threshold;
import fathom.nn.architecture.LayerText.Arguments;
import fathom.nn.conv.ChannelShuffle;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.Conv3d;
import fathom.nn.conv.ConvLayerOptions;
import fathom.nn.conv.ConvTranspose1d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.conv.ConvTranspose3d;
import fathom.nn.conv.PixelShuffle;
import fathom.nn.conv.PixelUnshuffle;
import fathom.nn.norm.BatchNorm;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.BatchNorm3d;
import fathom.nn.norm.GroupNorm;
import fathom.nn.norm.InstanceNorm;
import fathom.nn.norm.InstanceNorm1d;
import fathom.nn.norm.InstanceNorm2d;
import fathom.nn.norm.InstanceNorm3d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.LocalResponseNorm;
import fathom.nn.norm.RMSNorm;
import fathom.nn.pool.AdaptiveAvgPool1d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AdaptiveAvgPool3d;
import fathom.nn.pool.AdaptiveMaxPool1d;
import fathom.nn.pool.AdaptiveMaxPool2d;
import fathom.nn.pool.AdaptiveMaxPool3d;
import fathom.nn.pool.AvgPool1d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.AvgPool3d;
import fathom.nn.pool.MaxPool1d;
import fathom.nn.pool.MaxPool2d;
import fathom.nn.pool.MaxPool3d;
import fathom.options.PadMode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The layers that can be made from their printed form. */
final class LayerTable {
    private static final Map<String, Function<Arguments, Layer>> LAYERS = new TreeMap<>();

    private LayerTable() {}

    static {
        LAYERS.put(
                "Linear",
                a -> new Linear(a.whole("in_features"), a.whole("out_features"), o -> o.bias(a.flag("bias"))));
        LAYERS.put("Flatten", a -> new Flatten(a.integer("start_dim"), a.integer("end_dim")));
        LAYERS.put("Unflatten", a -> new Unflatten(a.integer("dim"), a.wholes("unflattened_size")));
        LAYERS.put("Identity", a -> new IdentityLayer());
        LAYERS.put("Embedding", LayerTable::embedding);
        convolutions();
        pooling();
        norms();
        activations();
        dropout("Dropout", Dropout::new);
        dropout("Dropout1d", Dropout1d::new);
        dropout("Dropout2d", Dropout2d::new);
        dropout("Dropout3d", Dropout3d::new);
    }

    private static void dropout(String name, Function<Double, Layer> make) {
        LAYERS.put(
                name,
                a -> {
                    if (a.has("inplace") && a.flag("inplace")) {
                        throw new IllegalArgumentException(name + " in place is not supported");
                    }
                    return make.apply(a.real("p"));
                });
    }

    private static Layer embedding(Arguments a) {
        return new Embedding(
                a.whole("0"),
                a.whole("1"),
                o -> {
                    if (a.has("padding_idx")) {
                        o.paddingIdx(a.whole("padding_idx"));
                    }
                    if (a.has("max_norm")) {
                        o.maxNorm(a.real("max_norm"));
                    }
                    if (a.has("norm_type")) {
                        o.normType(a.real("norm_type"));
                    }
                });
    }

    // ---- convolutions and pooling ---------------------------------------------------------------------------------

    @FunctionalInterface
    private interface Convolution {
        Layer make(int in, int out, int[] kernel, Consumer<ConvLayerOptions> options);
    }

    private static void convolutions() {
        convolution("Conv1d", (in, out, kernel, o) -> new Conv1d(in, out, kernel[0], o));
        convolution("Conv2d", Conv2d::new);
        convolution("Conv3d", Conv3d::new);
        convolution("ConvTranspose1d", (in, out, kernel, o) -> new ConvTranspose1d(in, out, kernel[0], o));
        convolution("ConvTranspose2d", ConvTranspose2d::new);
        convolution("ConvTranspose3d", ConvTranspose3d::new);
        LAYERS.put("PixelShuffle", a -> new PixelShuffle(a.integer("upscale_factor")));
        LAYERS.put("PixelUnshuffle", a -> new PixelUnshuffle(a.integer("downscale_factor")));
        LAYERS.put("ChannelShuffle", a -> new ChannelShuffle(a.integer("groups")));
    }

    private static void convolution(String name, Convolution convolution) {
        LAYERS.put(
                name,
                a ->
                        convolution.make(
                                a.integer("0"),
                                a.integer("1"),
                                a.integers("kernel_size"),
                                o -> {
                                    o.stride(a.integers("stride"));
                                    padding(a, o);
                                    if (a.has("dilation")) {
                                        o.dilation(a.integers("dilation"));
                                    }
                                    if (a.has("output_padding")) {
                                        o.outputPadding(a.integers("output_padding"));
                                    }
                                    if (a.has("groups")) {
                                        o.groups(a.integer("groups"));
                                    }
                                    if (a.has("bias")) {
                                        o.bias(a.flag("bias"));
                                    }
                                    if (a.has("padding_mode")) {
                                        o.paddingMode(PadMode.valueOf(a.text("padding_mode").toUpperCase(Locale.ROOT)));
                                    }
                                }));
    }

    private static void padding(Arguments a, ConvLayerOptions o) {
        if (a.isNested("padding")) {
            int[][] paddings = a.tuples("padding");
            o.padding(paddings[0], paddings[1]);
        } else if (a.has("padding")) {
            String name = a.text("padding");
            if (Character.isLetter(name.charAt(0))) {
                o.padding(name);
            } else {
                a.put("padding", name);
                o.padding(a.integers("padding"));
            }
        }
    }

    @FunctionalInterface
    private interface Pool {
        Layer make(int[] kernel, Consumer<PoolOptions> options);
    }

    private static void pooling() {
        pool("MaxPool1d", (kernel, o) -> new MaxPool1d(kernel[0], o));
        pool("MaxPool2d", MaxPool2d::new);
        pool("MaxPool3d", MaxPool3d::new);
        pool("AvgPool1d", (kernel, o) -> new AvgPool1d(kernel[0], o));
        pool("AvgPool2d", AvgPool2d::new);
        pool("AvgPool3d", AvgPool3d::new);
        LAYERS.put("AdaptiveAvgPool1d", a -> new AdaptiveAvgPool1d(a.whole("output_size")));
        LAYERS.put("AdaptiveMaxPool1d", a -> new AdaptiveMaxPool1d(a.whole("output_size")));
        adaptive(
                "AdaptiveAvgPool2d",
                n -> n.length == 1 ? new AdaptiveAvgPool2d(n[0]) : new AdaptiveAvgPool2d(n[0], n[1]));
        adaptive(
                "AdaptiveMaxPool2d",
                n -> n.length == 1 ? new AdaptiveMaxPool2d(n[0]) : new AdaptiveMaxPool2d(n[0], n[1]));
        adaptive(
                "AdaptiveAvgPool3d",
                n -> n.length == 1 ? new AdaptiveAvgPool3d(n[0]) : new AdaptiveAvgPool3d(n[0], n[1], n[2]));
        adaptive(
                "AdaptiveMaxPool3d",
                n -> n.length == 1 ? new AdaptiveMaxPool3d(n[0]) : new AdaptiveMaxPool3d(n[0], n[1], n[2]));
    }

    private static void adaptive(String name, Function<long[], Layer> make) {
        LAYERS.put(name, a -> make.apply(a.wholes("output_size")));
    }

    private static void pool(String name, Pool pool) {
        LAYERS.put(
                name,
                a ->
                        pool.make(
                                a.integers("kernel_size"),
                                o -> {
                                    o.stride(a.integers("stride"));
                                    int[] before = a.integers("padding");
                                    o.padding(before, a.has("padding_behind") ? a.integers("padding_behind") : before);
                                    if (a.has("dilation")) {
                                        o.dilation(a.integers("dilation"));
                                    }
                                    if (a.has("ceil_mode")) {
                                        o.ceilMode(a.flag("ceil_mode"));
                                    }
                                    if (a.has("count_include_pad")) {
                                        o.countIncludePad(a.flag("count_include_pad"));
                                    }
                                    if (a.has("divisor_override")) {
                                        o.divisorOverride(a.integer("divisor_override"));
                                    }
                                }));
    }

    // ---- norms ----------------------------------------------------------------------------------------------------

    private static void norms() {
        batchNorm("BatchNorm1d", BatchNorm1d::new);
        batchNorm("BatchNorm2d", BatchNorm2d::new);
        batchNorm("BatchNorm3d", BatchNorm3d::new);
        instanceNorm("InstanceNorm1d", InstanceNorm1d::new);
        instanceNorm("InstanceNorm2d", InstanceNorm2d::new);
        instanceNorm("InstanceNorm3d", InstanceNorm3d::new);
        LAYERS.put(
                "GroupNorm",
                a -> new GroupNorm(a.integer("0"), a.integer("1"), o -> o.eps(a.real("eps")).affine(a.flag("affine"))));
        LAYERS.put(
                "LayerNorm",
                a ->
                        new LayerNorm(
                                a.wholes("0"),
                                o -> {
                                    o.eps(a.real("eps")).elementwiseAffine(a.flag("elementwise_affine"));
                                    if (a.has("bias")) {
                                        o.bias(a.flag("bias"));
                                    }
                                }));
        LAYERS.put(
                "RMSNorm",
                a -> {
                    long[] shape = a.wholes("0");
                    var _ = a.flag("elementwise_affine");
                    return a.isSet("eps") ? new RMSNorm(shape[0], a.real("eps")) : new RMSNorm(shape);
                });
        LAYERS.put(
                "LocalResponseNorm",
                a -> new LocalResponseNorm(a.integer("0"), a.real("alpha"), a.real("beta"), a.real("k")));
    }

    private static void batchNorm(
            String name, java.util.function.BiFunction<Integer, Consumer<BatchNorm.Options>, Layer> make) {
        LAYERS.put(
                name,
                a ->
                        make.apply(
                                a.integer("0"),
                                o -> {
                                    o.eps(a.real("eps")).affine(a.flag("affine"));
                                    o.trackRunningStats(a.flag("track_running_stats"));
                                    if (a.isSet("momentum")) {
                                        o.momentum(a.real("momentum"));
                                    } else {
                                        o.cumulativeAverage();
                                    }
                                }));
    }

    private static void instanceNorm(
            String name, java.util.function.BiFunction<Integer, Consumer<InstanceNorm.Options>, Layer> make) {
        LAYERS.put(
                name,
                a ->
                        make.apply(
                                a.integer("0"),
                                o ->
                                        o.eps(a.real("eps"))
                                                .momentum(a.real("momentum"))
                                                .affine(a.flag("affine"))
                                                .trackRunningStats(a.flag("track_running_stats"))));
    }

    // ---- activations ----------------------------------------------------------------------------------------------

    private static void activations() {
        plain("Hardsigmoid", Hardsigmoid::new);
        plain("Hardswish", Hardswish::new);
        plain("LogSigmoid", LogSigmoid::new);
        plain("Mish", Mish::new);
        plain("ReLU", ReLU::new);
        plain("ReLU6", ReLU6::new);
        plain("SELU", SELU::new);
        plain("SiLU", SiLU::new);
        plain("Sigmoid", Sigmoid::new);
        plain("Softsign", Softsign::new);
        plain("Tanh", Tanh::new);
        plain("Tanhshrink", Tanhshrink::new);
        LAYERS.put("CELU", a -> new CELU(a.real("alpha")));
        LAYERS.put("ELU", a -> new ELU(a.real("alpha")));
        LAYERS.put("Hardshrink", a -> new Hardshrink(a.real("0")));
        LAYERS.put("Softshrink", a -> new Softshrink(a.real("0")));
        LAYERS.put("Hardtanh", a -> new Hardtanh(a.real("min_val"), a.real("max_val")));
        LAYERS.put("LeakyReLU", a -> new LeakyReLU(a.real("negative_slope")));
        LAYERS.put("PReLU", a -> new PReLU(a.integer("num_parameters"), 0.25));
        LAYERS.put("Softplus", a -> new Softplus(a.real("beta"), a.real("threshold")));
        LAYERS.put("Threshold", a -> new Threshold(a.real("threshold"), a.real("value")));
        LAYERS.put("GLU", a -> new GLU(a.integer("dim")));
        LAYERS.put("LogSoftmax", a -> new LogSoftmax(a.integer("dim")));
        LAYERS.put("Softmax", a -> new Softmax(a.integer("dim")));
        LAYERS.put("Softmin", a -> new Softmin(a.integer("dim")));
        LAYERS.put(
                "GELU",
                a ->
                        new GELU(
                                a.text("approximate").equals("'tanh'")
                                        ? GELU.Approximation.TANH
                                        : GELU.Approximation.NONE));
    }

    private static void plain(String name, Supplier<Layer> make) {
        LAYERS.put(name, a -> make.get());
    }

    // ---- all ------------------------------------------------------------------------------------------------------

    /** {@return whether a class is in the table} */
    static boolean knows(String name) {
        return name.equals("Sequential") || LAYERS.containsKey(name);
    }

    /**
     * {@return the layer that a text prints}
     *
     * @throws IllegalArgumentException if a class is unknown, or an option is missing or invalid
     */
    static Layer make(LayerText text) {
        if (text.name().equals("Sequential")) {
            if (!text.options().isEmpty()) {
                throw new IllegalArgumentException("the description of a Sequential has options: " + text.options());
            }
            var net = new Sequential();
            text.children().forEach((name, child) -> net.add(name, make(child)));
            return net;
        }
        Function<Arguments, Layer> maker = LAYERS.get(text.name());
        if (maker == null || !text.children().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s is not a layer that can be made from its description; there are Sequential, %s"
                            .formatted(text.name(), String.join(", ", LAYERS.keySet())));
        }
        Arguments arguments = text.arguments();
        Layer layer;
        try {
            layer = maker.apply(arguments);
        } catch (IndexOutOfBoundsException
                | ArithmeticException e) { // a tuple of another length, or a number too large
            throw new IllegalArgumentException(
                    "the description %s(%s) is invalid: %s".formatted(text.name(), text.options(), e.getMessage()), e);
        }
        arguments.end();
        return layer;
    }
}
