package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Tanh;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.MultiheadAttention;
import fathom.train.recipe.HyperParameters;
import fathom.vision.explain.Attentive;
import fathom.vision.layers.MLPBlock;
import fathom.vision.recipe.FashionMnistRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Vision transformers (Dosovitskiy et al., 2020) in torchvision's layout: parameters have the same names and shapes, so
 * its weight files load as they are. A picture is cut into patches of P x P pixels, each of which is mapped to a token;
 * a transformer's encoder attends among them and a class token, whose output is classified. {@code [N, 3, 224, 224]}
 * becomes {@code [N, 1000]}.
 *
 * <pre>{@code
 * var net = VisionTransformer.vit_b_16();
 * net.loadStateDict(StateDict.load(Path.of("vit_b_16.pth")));
 * var small = VisionTransformer.vit_tiny(o -> o.imageSize(28).channels(1).classes(10)); // patches of 4 x 4
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2010.11929">An Image is Worth 16x16 Words: Transformers for Image Recognition at
 *     Scale</a>
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/vision-transformer.html">Dive into Deep
 *     Learning, Transformers for Vision</a>
 */
public final class VisionTransformer extends ImageClassifier<VisionTransformer> implements Attentive {
    private static final double EPS = 1e-6;

    /** The token whose output is classified, {@code [1, 1, hidden]}. */
    private final Tensor classToken;

    /** The convolution from patches to tokens. */
    private final Conv2d convProj;

    private final Encoder encoder;

    /** The classifier, with the linear layer {@code head}. */
    private final Sequential heads;

    private final int imageSize;

    private VisionTransformer(Options o) {
        super("heads");
        if (o.imageSize % o.patchSize != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "VisionTransformer: patches of %d pixels do not tile images of %d",
                            o.patchSize,
                            o.imageSize));
        }
        imageSize = o.imageSize;
        long patches = (long) (o.imageSize / o.patchSize) * (o.imageSize / o.patchSize);
        classToken = parameter(Tensors.zeros(1, 1, o.hidden));
        convProj = new Conv2d(o.channels(), o.hidden, o.patchSize, c -> c.stride(o.patchSize));
        encoder = new Encoder(patches + 1, o);
        heads = new Sequential();
        if (o.representationSize > 0) {
            heads.add("pre_logits", new Linear(o.hidden, o.representationSize)).add("act", new Tanh());
        }
        heads.add("head", new Linear(o.representationSize > 0 ? o.representationSize : o.hidden, o.classes()));
        initialize();
    }

    /** The head begins with zeros, a layer before it and the patches with normal weights of variance 1 / fan-in. */
    private void initialize() {
        truncNormal(convProj.weight, convProj.bias);
        for (Linear linear : heads.blocks(Linear.class)) {
            truncNormal(linear.weight, linear.bias);
        }
        Init.zeros_(((Linear) heads.get("head")).weight);
    }

    private static void truncNormal(Tensor weight, @Nullable Tensor bias) {
        Init.truncNormal_(weight, 0, Math.sqrt(1.0 / Init.fanIn(weight)), -2, 2);
        if (bias != null) {
            Init.zeros_(bias);
        }
    }

    /** Options of vision transformers; torchvision's defaults. */
    public static final class Options extends ClassifierOptions<Options> {
        private int imageSize = 224;
        private int patchSize;
        private int layers;
        private int heads;
        private int hidden;
        private int mlp;
        private int representationSize;
        private double attentionDropout;

        private Options(int patchSize, int layers, int heads, int hidden, int mlp) {
            super(0);
            this.patchSize = patchSize;
            this.layers = layers;
            this.heads = heads;
            this.hidden = hidden;
            this.mlp = mlp;
        }

        /** The side of the images in pixels, a multiple of that of the patches; 224 unless set. */
        @Override
        public Options imageSize(int imageSize) {
            this.imageSize = positive("imageSize", imageSize);
            return this;
        }

        /** The side of a patch in pixels. */
        public Options patchSize(int patchSize) {
            this.patchSize = positive("patchSize", patchSize);
            return this;
        }

        /** The number of blocks of the encoder. */
        public Options layers(int layers) {
            this.layers = positive("layers", layers);
            return this;
        }

        /** The number of attention heads, which divides the width of tokens. */
        public Options heads(int heads) {
            this.heads = positive("heads", heads);
            return this;
        }

        /** The width of tokens. */
        public Options hidden(int hidden) {
            this.hidden = positive("hidden", hidden);
            return this;
        }

        /** The number of hidden units of the feed-forward networks. */
        public Options mlp(int mlp) {
            this.mlp = positive("mlp", mlp);
            return this;
        }

        /** The width of a hidden layer, with tanh, before the head, as in pre-training; none unless set. */
        public Options representationSize(int representationSize) {
            this.representationSize = positive("representationSize", representationSize);
            return this;
        }

        /** The dropout probability of attention weights; 0 unless set. */
        public Options attentionDropout(double dropout) {
            this.attentionDropout = dropout;
            return this;
        }
    }

    /** The encoder: learned positions are added to the tokens, which pass the blocks and a layer norm. */
    private static final class Encoder extends Layer {
        private static final double POSITION_STD = 0.02;

        /** {@code [1, patches + 1, hidden]}. */
        private final Tensor posEmbedding;

        private final Dropout dropout;
        private final Sequential layers = new Sequential();
        private final LayerNorm ln;

        Encoder(long tokens, Options o) {
            posEmbedding = parameter(Init.normal_(Tensors.zeros(1, tokens, o.hidden), 0, POSITION_STD));
            dropout = new Dropout(o.dropout());
            for (int i = 0; i < o.layers; i++) {
                layers.add("encoder_layer_" + i, new EncoderBlock(o));
            }
            ln = new LayerNorm(o.hidden, n -> n.eps(EPS));
        }

        @Override
        public Tensor forward(Tensor x) {
            return ln.forward(layers.forward(positioned(x)));
        }

        Tensor positioned(Tensor x) {
            return dropout.forward(x.add(posEmbedding));
        }
    }

    /** A block: attention among the tokens, then a feed-forward network of each, each after a layer norm. */
    private static final class EncoderBlock extends Layer {
        private final LayerNorm ln_1;
        private final MultiheadAttention selfAttention;
        private final Dropout dropout;
        private final LayerNorm ln_2;
        private final MLPBlock mlp;
        private final int heads;

        EncoderBlock(Options o) {
            ln_1 = new LayerNorm(o.hidden, n -> n.eps(EPS));
            selfAttention =
                    new MultiheadAttention(o.hidden, o.heads, a -> a.dropout(o.attentionDropout).batchFirst(true));
            dropout = new Dropout(o.dropout());
            ln_2 = new LayerNorm(o.hidden, n -> n.eps(EPS));
            mlp = new MLPBlock(o.hidden, o.mlp, o.dropout());
            heads = o.heads;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = ln_1.forward(x);
            return after(x, selfAttention.forward(y, y, y, c -> c.needWeights(false)));
        }

        /** Adds the attention weights, {@code [N, heads, L, L]}, to the list. */
        Tensor forward(Tensor x, List<Tensor> weights) {
            Tensor y = ln_1.forward(x);
            var attended = selfAttention.forward(y, y, y, c -> c.averageAttnWeights(false));
            Tensor found = attended.weights();
            if (found != null) {
                weights.add(found);
            }
            return after(x, attended);
        }

        private Tensor after(Tensor x, MultiheadAttention.Output attended) {
            Tensor y = x.add(dropout.forward(attended.output()));
            return y.add(mlp.forward(ln_2.forward(y)));
        }

        @Override
        protected String extraRepr() {
            return String.format(Locale.ROOT, "heads=%d", heads);
        }

        /** The products of attention itself and the projection to queries, keys and values. */
        @Override
        protected long multiplyAdds(Tensor x, Tensor y) {
            long width = x.size(2);
            return x.size(0) * x.size(1) * width * (3 * width + 2 * x.size(1));
        }
    }

    /** {@return tokens of the patches after the class token, {@code [N, patches + 1, hidden]}} */
    private Tensor tokens(Tensor x) {
        if (x.dim() != 4 || x.size(2) != imageSize || x.size(3) != imageSize) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "VisionTransformer: input %s: expected [N, C, %d, %d]; the image size is an option of the constructor",
                            x.shape(),
                            imageSize,
                            imageSize));
        }
        // in channels-last memory, which convolutions return, [N, h, w, hidden] is a view
        Tensor patches = convProj.forward(x).permute(0, 2, 3, 1).flatten(1, 2);
        return Tensors.cat(List.of(classToken.expand(x.size(0), 1, -1), patches), 1);
    }

    /**
     * {@return the encoder's tokens of images, of the class and then of the patches, row by row: {@code [N, patches +
     * 1, hidden]}}
     *
     * @param x {@code [N, C, H, W]}
     */
    public Tensor encode(Tensor x) {
        return encoder.call(tokens(x));
    }

    /**
     * {@return the encoder's tokens of some patches of each image, as if the others did not exist: {@code [N, K + 1,
     * hidden]}, the class token first} As a masked autoencoder does (He et al., 2021), whose encoder need not compute
     * what is hidden.
     *
     * @param x {@code [N, C, H, W]}
     * @param patches the patches, counted row by row from 0, in the order of the result: int64 {@code [N, K]}
     */
    public Tensor encode(Tensor x, Tensor patches) {
        if (patches.dim() != 2 || patches.size(0) != x.size(0)) {
            throw new IllegalArgumentException(
                    "VisionTransformer: expected patches [N, K] for images %s, got %s"
                            .formatted(x.shape(), patches.shape()));
        }
        Tensor all = encoder.positioned(tokens(x));
        Tensor chosen = patches.add(1).unsqueeze(2).expand(x.size(0), patches.size(1), all.size(2));
        Tensor some = Tensors.cat(List.of(all.narrow(1, 0, 1), all.gather(1, chosen)), 1);
        return encoder.ln.forward(encoder.layers.forward(some));
    }

    private Tensor classify(Tensor encoded) {
        return heads.forward(encoded.select(1, 0));
    }

    @Override
    public Tensor forward(Tensor x) {
        return classify(encode(x));
    }

    /**
     * Logits, and what each block attended to.
     *
     * @param logits {@code [N, classes]}
     * @param weights for each block the attention weights, {@code [N, heads, L, L]}, from each of the L tokens to each;
     *     token 0 is the class token, the others are the patches, row by row
     */
    public record Attended(Tensor logits, List<Tensor> weights) {}

    /** {@return the logits of {@link #forward}, with the attention weights of all blocks: for attention rollout} */
    public Attended forwardWithAttention(Tensor x) {
        var weights = new ArrayList<Tensor>();
        Tensor y = encoder.positioned(tokens(x));
        for (Layer layer : encoder.layers) {
            y = layer instanceof EncoderBlock block ? block.forward(y, weights) : layer.call(y);
        }
        return new Attended(classify(encoder.ln.forward(y)), List.copyOf(weights));
    }

    @Override
    public List<Tensor> attentionWeights(Tensor x) {
        return forwardWithAttention(x).weights();
    }

    private static VisionTransformer make(Options defaults, Consumer<? super Options> options) {
        options.accept(defaults);
        return new VisionTransformer(defaults);
    }

    /** {@return ViT-B/16: 12 blocks, 12 heads, patches of 16 x 16 pixels: 86,567,656 parameters} */
    public static VisionTransformer vit_b_16() {
        return vit_b_16(o -> {});
    }

    /** {@return ViT-B/16, with options} */
    public static VisionTransformer vit_b_16(Consumer<? super Options> options) {
        return make(new Options(16, 12, 12, 768, 3072), options);
    }

    /** {@return ViT-B/32, with patches of 32 x 32 pixels: 88,224,232 parameters} */
    public static VisionTransformer vit_b_32() {
        return vit_b_32(o -> {});
    }

    /** {@return ViT-B/32, with options} */
    public static VisionTransformer vit_b_32(Consumer<? super Options> options) {
        return make(new Options(32, 12, 12, 768, 3072), options);
    }

    /**
     * {@return a small vision transformer, with options: tokens as wide as in DeiT-tiny (Touvron et al., 2021), 192,
     * and 3 heads, but 6 blocks and patches of 4 x 4 pixels, for images of about 32 x 32}
     */
    public static VisionTransformer vit_tiny(Consumer<? super Options> options) {
        return make(new Options(4, 6, 3, 192, 768).imageSize(32), options);
    }

    static VisionTransformer forFashionMnist(Consumer<? super Options> options) {
        return vit_tiny(o -> options.accept(o.imageSize(28).channels(1).classes(10).dropout(0.1)));
    }

    /** The training of a small vision transformer from scratch. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train vit-tiny}. */
        public Recipe() {
            super(
                    "vit-tiny",
                    "vision transformer, patches of 4 x 4 pixels",
                    "",
                    HyperParameters.of("adamw", 1e-3).withBatchSize(128).withDecay(0.8).withClipNorm(1),
                    () -> forFashionMnist(o -> {}),
                    28);
        }
    }
}
