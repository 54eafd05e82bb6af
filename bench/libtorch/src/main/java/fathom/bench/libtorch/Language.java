package fathom.bench.libtorch;

import fathom.bench.protocol.Side.Task;
import fathom.bench.work.EncoderSize;
import fathom.bench.work.LanguageData;
import fathom.bench.work.LanguageWork;
import fathom.bench.work.LanguageWork.Decoding;
import fathom.bench.work.LanguageWork.Encoding;
import fathom.bench.work.LanguageWork.MaskedLanguageStep;
import fathom.bench.work.LanguageWork.Prefill;
import fathom.bench.work.LanguageWork.WordVectors;
import fathom.bench.work.Row.LibtorchMode;
import fathom.bench.work.Translator;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Models of sequences and of language. */
final class Language {
    private static final double WORDS_ADAM = 0.002;
    private static final double WORDS_SGD = 0.5;
    private static final double MASKED_RATE = 5e-5;
    private static final double MASKED = 0.15;
    private static final int NO_LABEL = -100;

    private Language() {}

    static Task task(LanguageWork work, LibtorchMode mode) {
        return switch (work) {
            case LanguageWork.Translation w -> translation(w);
            case Encoding w -> encoding(w, mode);
            case MaskedLanguageStep w -> masked(w, mode);
            case Prefill w -> prefill(w);
            case Decoding w -> decoding(w);
            case WordVectors w -> words(w);
        };
    }

    private static void update(Tensor loss, Optimizer optimizer, Runnable afterBackward) {
        optimizer.zero_grad();
        loss.backward();
        afterBackward.run();
        optimizer.step();
    }

    private static Task translation(LanguageWork.Translation w) {
        var net = Translation.of(w.model());
        net.check(w);
        TensorVector parameters = net.parameters();
        var adam = new Adam(parameters, new AdamOptions(Translator.RATE));
        List<Tensor[]> batches =
                LanguageData.pairs(w.batch()).stream()
                        .map(p ->
                                new Tensor[] {
                                    matrix(p.source(), p.batch()),
                                    matrix(p.sourceLengths(), p.batch()).view(-1),
                                    matrix(p.target(), p.batch()),
                                    matrix(p.targetLengths(), p.batch()).view(-1)
                                })
                        .toList();
        return () -> {
            for (Tensor[] b : batches) {
                try (var _ = new PointerScope()) {
                    update(
                            net.loss(b[0], b[1], b[2], b[3]),
                            adam,
                            () -> torch.clip_grad_norm_(parameters, Translator.CLIP));
                }
            }
        };
    }

    private static Tensor matrix(long[] values, int rows) {
        return torch.tensor(values).view(rows, values.length / rows);
    }

    private static Tensor matrix(float[] values, int rows) {
        return torch.tensor(values).view(rows, values.length / rows);
    }

    /** Forward without gradients. */
    private static Task inference(Supplier<Tensor> forward) {
        return () -> {
            try (var _ = new PointerScope();
                    var _ = new NoGradGuard()) {
                forward.get();
            }
        };
    }

    private static Tensor ids(int vocabulary, long batch, long tokens) {
        return torch.randint(vocabulary, new long[] {batch, tokens});
    }

    private static Task encoding(Encoding w, LibtorchMode mode) {
        var net = new Bert(w.model(), false);
        net.check(w);
        net.eval();
        if (w.bfloat16()) {
            net.toBfloat16();
        }
        Tensor ids = ids(EncoderSize.VOCABULARY, w.batch(), w.tokens());
        return inference(() -> Modes.in(mode, () -> net.forward(ids)));
    }

    private static Task masked(MaskedLanguageStep w, LibtorchMode mode) {
        var net = new Bert(w.model(), true);
        net.check(w);
        var adamW = new AdamW(net.parameters(), new AdamWOptions(MASKED_RATE));
        Tensor ids = ids(EncoderSize.VOCABULARY, w.batch(), w.tokens());
        Tensor others = torch.rand(w.batch(), w.tokens()).ge(new Scalar(MASKED));
        Tensor labels = ids.masked_fill(others, new Scalar(NO_LABEL)).view(-1);
        return () -> {
            try (var _ = new PointerScope()) {
                Tensor loss = Modes.in(mode, () -> torch.cross_entropy_loss(net.forward(ids), labels));
                update(loss, adamW, () -> {});
            }
        };
    }

    private static Task prefill(Prefill w) {
        var net = new Llama(w.model(), w.tokens(), w.bfloat16());
        net.check(w);
        Tensor ids = ids(w.model().vocabulary(), 1, w.tokens());
        return () -> {
            try (var _ = new PointerScope();
                    var _ = new NoGradGuard()) {
                net.next(ids, 0).item_long();
            }
        };
    }

    private static Task decoding(Decoding w) {
        var net = new Llama(w.model(), Decoding.CAPACITY, w.bfloat16());
        net.check(w);
        Tensor token = ids(w.model().vocabulary(), 1, 1);
        try (var _ = new PointerScope();
                var _ = new NoGradGuard()) {
            net.next(ids(w.model().vocabulary(), 1, Decoding.PROMPT), 0);
        }
        return new Task() {
            private int held = Decoding.PROMPT;

            @Override
            public void run() {
                try (var _ = new PointerScope();
                        var _ = new NoGradGuard()) {
                    held = held == Decoding.CAPACITY ? Decoding.PROMPT : held;
                    token.copy_(net.next(token, held));
                    held++;
                }
            }
        };
    }

    private static Task words(WordVectors w) {
        var net = new Words(w.sparse());
        net.check(w);
        TensorVector parameters = net.parameters();
        Optimizer optimizer =
                w.sparse()
                        ? new SGD(parameters, new SGDOptions(WORDS_SGD))
                        : new Adam(parameters, new AdamOptions(WORDS_ADAM));
        List<Tensor[]> batches =
                LanguageData.words().stream()
                        .map(b ->
                                new Tensor[] {
                                    matrix(b.centers(), b.centers().length),
                                    matrix(b.words(), b.centers().length),
                                    matrix(b.mask(), b.centers().length),
                                    matrix(b.labels(), b.centers().length)
                                })
                        .toList();
        return () -> {
            for (Tensor[] b : batches) {
                try (var _ = new PointerScope()) {
                    update(net.loss(b[0], b[1], b[2], b[3]), optimizer, () -> {});
                }
            }
        };
    }
}
