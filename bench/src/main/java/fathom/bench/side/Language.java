package fathom.bench.side;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Precision;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.Side.Task;
import fathom.bench.work.DecoderSize;
import fathom.bench.work.EncoderSize;
import fathom.bench.work.LanguageData;
import fathom.bench.work.LanguageWork;
import fathom.bench.work.LanguageWork.Decoding;
import fathom.bench.work.LanguageWork.Encoding;
import fathom.bench.work.LanguageWork.MaskedLanguageStep;
import fathom.bench.work.LanguageWork.Prefill;
import fathom.bench.work.LanguageWork.Translation;
import fathom.bench.work.LanguageWork.WordVectors;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Translator;
import fathom.data.Batch;
import fathom.nn.Block;
import fathom.optim.Adam;
import fathom.optim.AdamW;
import fathom.optim.Clip;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForMaskedLM;
import fathom.text.bert.BertModel;
import fathom.text.decoder.CausalLM;
import fathom.text.decoder.DecoderConfig;
import fathom.text.decoder.DecoderKind;
import fathom.text.decoder.StaticCache;
import fathom.text.embeddings.SkipGram;
import fathom.text.translation.AttentionDecoder;
import fathom.text.translation.EncoderDecoder;
import fathom.text.translation.GRUDecoder;
import fathom.text.translation.GRUEncoder;
import fathom.text.translation.Markers;
import fathom.text.translation.SelfAttentionDecoder;
import fathom.text.translation.SelfAttentionEncoder;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Models of sequences and of language: those of the module {@code text}. */
public final class Language {
    private static final double WORDS_ADAM = 0.002;
    private static final double WORDS_SGD = 0.5;
    private static final double MASKED_RATE = 5e-5;
    private static final double MASKED = 0.15;
    private static final long NO_LABEL = -100;

    private Language() {}

    static Task task(LanguageWork work, FathomMode mode) {
        return switch (work) {
            case Translation w -> translation(w, mode);
            case Encoding w -> encoding(w, mode);
            case MaskedLanguageStep w -> masked(w, mode);
            case Prefill w -> prefill(w);
            case Decoding w -> decoding(w, mode);
            case WordVectors w -> words(w, mode);
        };
    }

    /** Returns a block after a comparison of its number of parameters. */
    private static <B extends Block> B checked(LanguageWork work, B block) {
        ToLongFunction<Tensor> elements = Tensor::numel;
        work.checkParameters(block.parameters().stream().mapToLong(elements).sum());
        return block;
    }

    /** A step on each batch in turn: captured, or eager in a scope each. */
    private static Task steps(List<List<Tensor>> batches, Function<List<Tensor>, Tensor> step, FathomMode mode) {
        if (mode.isCaptured()) {
            var captured = Captured.ofAll(batch -> List.of(step.apply(batch)));
            return () -> {
                for (List<Tensor> batch : batches) {
                    captured.callAll(batch.toArray(Tensor[]::new));
                    Training.check(captured);
                }
            };
        }
        return () -> {
            for (List<Tensor> batch : batches) {
                try (var _ = Scope.open()) {
                    Tensor unused = step.apply(batch);
                }
            }
        };
    }

    private static Tensor update(Tensor loss, Optimizer optimizer, Runnable afterBackward) {
        optimizer.zeroGrad();
        loss.backward();
        afterBackward.run();
        optimizer.step();
        return loss;
    }

    private static Task translation(Translation w, FathomMode mode) {
        EncoderDecoder<?> net = checked(w, translator(w.model()));
        List<Tensor> parameters = net.parameters();
        var adam = new Adam(parameters, Translator.RATE);
        List<List<Tensor>> batches =
                LanguageData.pairs(w.batch()).stream()
                        .map(p ->
                                List.of(
                                        Tensors.tensor(p.source()).reshape(p.batch(), p.length()),
                                        Tensors.tensor(p.sourceLengths()),
                                        Tensors.tensor(p.target()).reshape(p.batch(), p.length() + 1),
                                        Tensors.tensor(p.targetLengths())))
                        .toList();
        return steps(
                batches,
                b ->
                        update(
                                net.loss(new EncoderDecoder.Pairs(b.get(0), b.get(1), b.get(2), b.get(3))),
                                adam,
                                () -> {
                                    Tensor unused = Clip.gradNormAsTensor_(parameters, Translator.CLIP);
                                }),
                mode);
    }

    private static EncoderDecoder<?> translator(Translator model) {
        int source = Translator.SOURCE_WORDS;
        int target = Translator.TARGET_WORDS;
        int hidden = Translator.HIDDEN;
        int layers = Translator.LAYERS;
        double dropout = Translator.DROPOUT;
        var markers = new Markers(1, 2, 3);
        return switch (model) {
            case SEQ2SEQ ->
                    new EncoderDecoder<>(
                            new GRUEncoder(source, hidden, hidden, layers, dropout),
                            new GRUDecoder(target, hidden, hidden, layers, dropout),
                            markers);
            case BAHDANAU ->
                    new EncoderDecoder<>(
                            new GRUEncoder(source, hidden, hidden, layers, dropout),
                            new AttentionDecoder(target, hidden, hidden, layers, dropout),
                            markers);
            case TRANSFORMER -> {
                int heads = Translator.HEADS;
                int feedForward = Translator.FEED_FORWARD;
                yield new EncoderDecoder<>(
                        new SelfAttentionEncoder(
                                source, hidden, heads, layers, dropout, o -> o.dimFeedforward(feedForward)),
                        new SelfAttentionDecoder(
                                target, hidden, heads, layers, dropout, o -> o.dimFeedforward(feedForward)),
                        markers);
            }
        };
    }

    private static BertConfig config(EncoderSize size) {
        return BertConfig.of(c ->
                c.vocabSize(EncoderSize.VOCABULARY)
                        .hiddenSize(size.width())
                        .layers(size.layers())
                        .heads(size.heads())
                        .intermediateSize(size.hidden()));
    }

    private static Tensor ids(int vocabulary, int batch, int tokens) {
        return Tensors.randint(0, vocabulary, batch, tokens);
    }

    /** {@return the network of a row of encoders, with random weights, in evaluation mode} */
    public static BertModel encoder(Encoding w) {
        BertModel net = checked(w, new BertModel(config(w.model()), false));
        net.eval();
        return net;
    }

    private static Task encoding(Encoding w, FathomMode mode) {
        BertModel net = encoder(w);
        if (w.bfloat16()) {
            net.to(DType.BFLOAT16);
        }
        Precision precision = mode.isMixed() ? Precision.BFLOAT16 : Precision.FLOAT32;
        return steps(
                List.of(List.of(ids(EncoderSize.VOCABULARY, w.batch(), w.tokens()))),
                b -> {
                    try (var _ = Autograd.noGrad();
                            var _ = precision.open()) {
                        return net.forward(b.getFirst());
                    }
                },
                mode);
    }

    private static Task masked(MaskedLanguageStep w, FathomMode mode) {
        var net = checked(w, new BertForMaskedLM(config(w.model())));
        var adamW = new AdamW(net.parameters(), MASKED_RATE);
        Tensor ids = ids(EncoderSize.VOCABULARY, w.batch(), w.tokens());
        Tensor labels = ids.where(Tensors.rand(w.batch(), w.tokens()).lt(MASKED), NO_LABEL);
        Precision precision = mode.isMixed() ? Precision.BFLOAT16 : Precision.FLOAT32;
        return steps(
                List.of(List.of(ids, labels)),
                b -> {
                    Tensor loss;
                    try (var _ = precision.open()) {
                        loss = net.loss(net.forward(b.get(0)), b.get(1));
                    }
                    return update(loss, adamW, () -> {});
                },
                mode);
    }

    private static CausalLM decoder(LanguageWork work, DecoderSize size, boolean bfloat16) {
        var config =
                DecoderConfig.of(
                        DecoderKind.LLAMA,
                        c ->
                                c.vocabSize(size.vocabulary())
                                        .hiddenSize(size.width())
                                        .intermediateSize(size.hidden())
                                        .layers(size.layers())
                                        .heads(size.heads())
                                        .kvHeads(size.keyHeads())
                                        .ropeTheta(DecoderSize.THETA)
                                        .normEps(DecoderSize.EPS)
                                        .tied(true));
        CausalLM net = checked(work, CausalLM.of(config)).eval();
        return bfloat16 ? net.to(DType.BFLOAT16) : net;
    }

    private static Task prefill(Prefill w) {
        CausalLM net = decoder(w, w.model(), w.bfloat16());
        var cache = new StaticCache(net, 1, w.tokens());
        Tensor ids = ids(w.model().vocabulary(), 1, w.tokens());
        return () -> {
            try (var _ = Autograd.noGrad();
                    var _ = Scope.open()) {
                cache.clear();
                // the token is read, as a program has to show it
                long unused = net.forward(ids, c -> c.cache(cache).lastOnly(true)).argmax(-1).itemLong();
            }
        };
    }

    private static Task decoding(Decoding w, FathomMode mode) {
        CausalLM net = decoder(w, w.model(), w.bfloat16());
        var cache = new StaticCache(net, 1, Decoding.CAPACITY);
        Tensor prompt = Tensors.tensor(new long[] {Decoding.PROMPT});
        Tensor token = ids(w.model().vocabulary(), 1, 1);
        try (var _ = Autograd.noGrad();
                var _ = Scope.open()) {
            Tensor unused = net.forward(ids(w.model().vocabulary(), 1, Decoding.PROMPT), c -> c.cache(cache));
        }
        var step =
                Captured.of((Tensor last) -> {
                    try (var _ = Autograd.noGrad()) {
                        return net.forward(last, c -> c.cache(cache)).argmax(-1);
                    }
                });
        return new Task() {
            private int held = Decoding.PROMPT;

            @Override
            public void run() {
                try (var _ = Scope.open()) {
                    if (held == Decoding.CAPACITY) {
                        cache.truncate_(prompt);
                        held = Decoding.PROMPT;
                    }
                    token.copy_(step.call(token));
                    held++;
                    if (mode.isCaptured()) {
                        Training.check(step);
                    }
                }
            }
        };
    }

    private static Task words(WordVectors w, FathomMode mode) {
        var net = checked(w, new SkipGram(LanguageData.VOCABULARY, WordVectors.DIMENSIONS, w.sparse()));
        Optimizer optimizer =
                w.sparse() ? new SGD(net.parameters(), WORDS_SGD) : new Adam(net.parameters(), WORDS_ADAM);
        int n = LanguageData.WORDS_PER_BATCH;
        int m = LanguageData.WIDTH;
        List<List<Tensor>> batches =
                LanguageData.words().stream()
                        .map(b ->
                                List.of(
                                        Tensors.tensor(b.centers()).reshape(n, 1),
                                        Tensors.tensor(b.words()).reshape(n, m),
                                        Tensors.tensor(b.mask()).reshape(n, m),
                                        Tensors.tensor(b.labels()).reshape(n, m)))
                        .toList();
        return steps(batches, b -> update(net.loss(Batch.of(b.toArray(Tensor[]::new))), optimizer, () -> {}), mode);
    }
}
