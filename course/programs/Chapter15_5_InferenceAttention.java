import module fathom;
import static fathom.Tensors.*;

static final int EPOCHS = 4;

/** The course's section 15.5, Natural Language Inference: Using Attention. */
void main() throws IOException {
    manualSeed(0);
    var snli = Snli.load();
    var all = Stream.concat(
                    snli.train().stream().map(Snli.Inference::premise), snli.train().stream().map(Snli.Inference::hypothesis))
            .map(Snli::tokens)
            .toList();
    var vocabulary = Vocabulary.ofSentences(all, o -> o.minFreq(5).reserved("<pad>"));
    var glove = TokenEmbedding.load("glove.6b.100d");
    var embedding = glove.isStandIn()
            ? new Embedding(vocabulary.size(), 100)
            : Embedding.fromPretrained(glove.get(vocabulary.tokens()), false);

    // attending, comparing, aggregating
    var net = new DecomposableAttention(embedding, vocabulary.index("<pad>"), 200, 3);
    IO.println(net.call(full(2, INT64, 4, 2, 6)).shape());                           //> [4, 3]

    // the stand-in is a hundredth of the corpus: more passes over it
    int epochs = snli.isStandIn() ? 5 * EPOCHS : EPOCHS;
    var trainer = new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 0.001)).progress(false));
    var run = trainer.fit(
            data(snli.train(), vocabulary).loader(256, true),
            data(snli.test(), vocabulary).loader(256, false),
            Epochs.of(epochs));
    IO.println(run.last() + ", " + run.speed());

    net.eval();
    var premise = vocabulary.indices(Snli.tokens("A man is sleeping .")).unsqueeze(0);
    var hypothesis = vocabulary.indices(Snli.tokens("A person is resting .")).unsqueeze(0);
    IO.println(Snli.classNames().get((int) net.forward(premise, hypothesis).argmax(1).itemLong()));
    Plot.heatmap(net.align(premise, hypothesis).ofFirst().select(0, 0)).save("alignment.png");
}

LabelledSequences data(List<Snli.Inference> pairs, Vocabulary vocabulary) {
    return LabelledSequences.ofPairs(
            pairs.stream().map(p -> Snli.tokens(p.premise())).toList(),
            pairs.stream().map(p -> Snli.tokens(p.hypothesis())).toList(),
            pairs.stream().mapToLong(Snli.Inference::label).toArray(),
            vocabulary,
            50);
}
