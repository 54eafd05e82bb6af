import module fathom;
import static fathom.Tensors.*;

/**
 * Fine-tunes a Chinese encoder of sentences: paraphrases come nearer than sentences with nearly the same words that
 * mean something else. Names and things of the test sentences are new.
 */
final int STEPS = 100, BATCH = 16;

void main() throws IOException {
    manualSeed(0);
    var data = ChineseParaphrases.generate(0, STEPS * BATCH, 200);
    var first = data.test().getFirst();
    IO.println(first.sentence() + " = " + first.paraphrase() + " not " + first.lookAlike());

    var encoder = SentenceEncoder.load(SentenceModels.find("bge-small-zh-v1.5", IO::println));
    report("common words", data.test(), t -> commonWords(encoder, t));
    report("before", data.test(), encoder::encode);

    var network = encoder.network();
    network.train();
    var loss = new MultipleNegativesRankingLoss();
    var optimizer = new AdamW(network.parameters(), 1e-4);
    var schedule = new LambdaLR(optimizer, s -> Math.min((s + 1) / 6.0, (double) (STEPS - s) / STEPS));
    for (int step = 0; step < STEPS; step++) {
        var batch = data.train().subList(step * BATCH, (step + 1) * BATCH);
        var l = loss.forward(
                encoder.forward(batch.stream().map(t -> t.sentence()).toList()),
                encoder.forward(batch.stream().map(t -> t.paraphrase()).toList()),
                encoder.forward(batch.stream().map(t -> t.lookAlike()).toList()));
        optimizer.zeroGrad();
        l.backward();
        Clip.gradNorm_(network.parameters(), 1);
        optimizer.step();
        schedule.step();
        if (step % 10 == 0 || step == STEPS - 1) {
            IO.println("step %s: loss %.3f".formatted(step, l.item()));
        }
    }
    network.eval();
    report("after", data.test(), encoder::encode);
    encoder.save(Path.of("tuned"));                        // for fathom embed, similar, search, and Hugging Face's libraries
}

/** How often the paraphrase is nearest among all paraphrases and look-alikes, and the order of graded pairs. */
void report(String when, List<ChineseParaphrases.Triple> test, Function<List<String>, Tensor> encode) {
    Tensor sentences = encode.apply(test.stream().map(t -> t.sentence()).toList());
    Tensor same = encode.apply(test.stream().map(t -> t.paraphrase()).toList());
    Tensor other = encode.apply(test.stream().map(t -> t.lookAlike()).toList());
    double recall = SentenceMetrics.recall(sentences, cat(List.of(same, other), 0), 1);
    int n = test.size();
    var cosines = new double[3 * n];
    var grades = new double[3 * n];
    Tensor toSame = SentenceEncoder.similarity(sentences, same), toOther = SentenceEncoder.similarity(sentences, other);
    for (int i = 0; i < n; i++) {
        cosines[3 * i] = toSame.get(i, i).item();
        grades[3 * i] = 2;                                 // the same meaning
        cosines[3 * i + 1] = toOther.get(i, i).item();
        grades[3 * i + 1] = 1;                             // a similar event
        cosines[3 * i + 2] = toSame.get(i, (i + 1) % n).item();
    }
    int exchanged = 0, exchangedRight = 0, right = 0;
    for (int i = 0; i < n; i++) {
        boolean isRight = cosines[3 * i] > cosines[3 * i + 1];
        right += isRight ? 1 : 0;
        exchanged += test.get(i).isExchange() ? 1 : 0;
        exchangedRight += test.get(i).isExchange() && isRight ? 1 : 0;
    }
    IO.println("%s: recall@1 %.3f, Spearman %.3f".formatted(when, recall, SentenceMetrics.spearman(cosines, grades)));
    IO.println("  nearer than the look-alike: another detail %.3f, exchanged roles %.3f"
            .formatted((double) (right - exchangedRight) / (n - exchanged), (double) exchangedRight / exchanged));
}

/** Vectors of how often each token occurs. */
Tensor commonWords(SentenceEncoder encoder, List<String> texts) {
    Tensor counts = zeros(texts.size(), encoder.tokenizer().size());
    for (int i = 0; i < texts.size(); i++) {
        for (long id : encoder.tokenizer().encode(texts.get(i), o -> o.addSpecialTokens(false)).ids()) {
            counts.get(i, id).add_(1);
        }
    }
    return counts;
}
