import module fathom;
import static fathom.Tensors.*;

static final int EPOCHS = 5;

/** The course's section 15.3, Sentiment Analysis: Using Convolutional Neural Networks. */
void main() {
    // a cross-correlation over time, by hand and by a layer
    var x = arange(7).to(FLOAT32);
    var kernel = tensor(1f, 2f);
    IO.println(correlate(x, kernel));                                               //> tensor([ 2.,  5.,  8., 11., 14., 17.])
    var inputs = stack(List.of(x, x.add(1), x.add(2)), 0);
    var kernels = tensor(new float[][] {{1, 2}, {3, 4}, {-1, -3}});
    IO.println(conv1d(inputs.unsqueeze(0), kernels.unsqueeze(0)).flatten());
    //> tensor([ 2.,  8., 14., 20., 26., 32.])

    manualSeed(0);
    var imdb = Imdb.load();
    var words = new WordTokenizer();
    var texts = imdb.train().stream().map(r -> words.tokens(r.text())).toList();
    var vocabulary = Vocabulary.ofSentences(texts, o -> o.minFreq(5).reserved("<pad>"));
    var train = data(imdb.train(), words, vocabulary);
    var test = data(imdb.test(), words, vocabulary);

    // two vectors for each word, of which one stays as it is
    var glove = TokenEmbedding.load("glove.6b.100d");
    var vectors = glove.isStandIn() ? randn(vocabulary.size(), 100).mul(0.4) : glove.get(vocabulary.tokens());
    var net = new TextCNN(
            Embedding.fromPretrained(vectors.clone(), false),
            Embedding.fromPretrained(vectors, true),
            vocabulary.index("<pad>"),
            new int[] {3, 4, 5},
            100,
            2);
    var trainer = new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 0.001)).progress(false));
    var run = trainer.fit(train.loader(64, true), test.loader(64, false), Epochs.of(EPOCHS));
    IO.println(run.last() + ", " + run.speed());

    net.eval();
    for (var text : List.of("This movie is so great", "This movie is so bad", "The plot is not dull but gripping.")) {
        var tokens = vocabulary.indices(words.tokens(text)).unsqueeze(0);
        IO.println(text + " => " + Imdb.classNames().get((int) net.call(tokens).argmax(1).itemLong()));
    }
}

Tensor correlate(Tensor x, Tensor kernel) {
    long n = x.size(0) - kernel.size(0) + 1;
    var y = zeros(n);
    for (int i = 0; i < n; i++) {
        y.select(0, i).copy_(x.narrow(0, i, kernel.size(0)).mul(kernel).sum());
    }
    return y;
}

LabelledSequences data(List<Imdb.Review> reviews, WordTokenizer words, Vocabulary vocabulary) {
    return LabelledSequences.of(
            reviews.stream().map(r -> words.tokens(r.text())).toList(),
            reviews.stream().mapToLong(Imdb.Review::label).toArray(),
            vocabulary,
            500);
}
