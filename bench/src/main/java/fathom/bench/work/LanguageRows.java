package fathom.bench.work;

import static fathom.bench.work.Row.FathomMode.CAPTURED;
import static fathom.bench.work.Row.FathomMode.CAPTURED_BFLOAT16;
import static fathom.bench.work.Row.FathomMode.EAGER;
import static fathom.bench.work.Row.LibtorchMode.AUTOCAST;
import static fathom.bench.work.Row.LibtorchMode.DEFAULT;

import fathom.bench.work.LanguageWork.Decoding;
import fathom.bench.work.LanguageWork.Encoding;
import fathom.bench.work.LanguageWork.MaskedLanguageStep;
import fathom.bench.work.LanguageWork.Prefill;
import fathom.bench.work.LanguageWork.Translation;
import fathom.bench.work.LanguageWork.WordVectors;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;
import java.util.Locale;

/** Rows of translators, encoders, decoders and word vectors. */
final class LanguageRows {
    private static final int BATCH = 64;

    private LanguageRows() {}

    static void addTo(List<Row> rows) {
        for (Translator model : Translator.values()) {
            String name = model.name().toLowerCase(Locale.ROOT) + ", batch " + BATCH + ", 20 lengths";
            for (FathomMode mode : List.of(EAGER, CAPTURED)) {
                rows.add(Row.of("translate", name, new Translation(model, BATCH), mode, DEFAULT, Figure.EXAMPLES, 1));
            }
        }
        for (EncoderSize model : EncoderSize.values()) {
            int[][] shapes =
                    model == EncoderSize.MINILM ? new int[][] {{1, 16}, {32, 128}} : new int[][] {{1, 128}, {8, 128}};
            for (int[] shape : shapes) {
                encode(rows, model, shape[0], shape[1], false, EAGER, DEFAULT);
                encode(rows, model, shape[0], shape[1], false, CAPTURED, DEFAULT);
                encode(rows, model, shape[0], shape[1], false, CAPTURED_BFLOAT16, AUTOCAST);
                encode(rows, model, shape[0], shape[1], true, CAPTURED, DEFAULT);
            }
        }
        var step = new MaskedLanguageStep(EncoderSize.BERT_BASE, 8, 128);
        rows.add(Row.of("bert", "bert-base, training step, 8 x 128", step, CAPTURED, DEFAULT, Figure.EXAMPLES, 4));
        for (DecoderSize model : DecoderSize.values()) {
            for (boolean bfloat16 : new boolean[] {false, true}) {
                String type = bfloat16 ? ", bfloat16" : ", float32";
                decode(rows, model + ", decode" + type, new Decoding(model, bfloat16), CAPTURED);
                for (int tokens : new int[] {128, 512}) {
                    decode(rows, model + ", prefill " + tokens + type, new Prefill(model, tokens, bfloat16), EAGER);
                }
            }
        }
        for (boolean sparse : new boolean[] {false, true}) {
            String rule = sparse ? "sgd, sparse gradients" : "adam";
            for (FathomMode mode : List.of(EAGER, CAPTURED)) {
                rows.add(
                        Row.of("words", "skip-gram, " + rule, new WordVectors(sparse), mode, DEFAULT, Figure.WORDS, 1));
            }
        }
    }

    private static void encode(
            List<Row> rows,
            EncoderSize model,
            int batch,
            int tokens,
            boolean bfloat16,
            FathomMode fathom,
            LibtorchMode libtorch) {
        String name = "%s, %s x %s%s".formatted(model, batch, tokens, bfloat16 ? ", bfloat16 weights" : "");
        var work = new Encoding(model, batch, tokens, bfloat16);
        rows.add(Row.of("bert", name, work, fathom, libtorch, Figure.TIME, 1));
    }

    private static void decode(List<Row> rows, String name, LanguageWork work, FathomMode mode) {
        rows.add(Row.of("llama", name, work, mode, DEFAULT, Figure.TOKENS, 1));
    }
}
