import module fathom;
import static fathom.Tensors.*;

static final int EPOCHS = 5;

/** The course's section 15.2, Sentiment Analysis: Using Recurrent Neural Networks. */
void main() throws IOException {
    manualSeed(0);
    var imdb = Imdb.load();
    var words = new WordTokenizer();
    var texts = imdb.train().stream().map(r -> words.tokens(r.text())).toList();
    var vocabulary = Vocabulary.ofSentences(texts, o -> o.minFreq(5).reserved("<pad>"));
    var train = data(imdb.train(), words, vocabulary);
    var test = data(imdb.test(), words, vocabulary);

    // GloVe's vectors, which are not trained; where they are not to be had, vectors are learnt
    var glove = TokenEmbedding.load("glove.6b.100d");
    var embedding = glove.isStandIn()
            ? new Embedding(vocabulary.size(), 100)
            : Embedding.fromPretrained(glove.get(vocabulary.tokens()), true);
    var net = new SentimentRNN(embedding, vocabulary.index("<pad>"), 100, 2, 2);
    IO.println(net.call(full(2, INT64, 3, 7)).shape());                              //> [3, 2]

    var trainer = new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 0.01)).progress(false));
    var run = trainer.fit(train.loader(64, true), test.loader(64, false), Epochs.of(EPOCHS));
    IO.println(run.last() + ", " + run.speed());

    // counts of words alone: half of the reviews of the stand-in
    var bag = new BagOfWords(vocabulary.size(), vocabulary.index("<pad>"), 2);
    var counting = new Trainer(bag, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 0.01)).progress(false));
    counting.fit(train.loader(64, true), Epochs.of(EPOCHS));
    IO.println("a bag of words: " + counting.evaluate(test.loader(64, false)));

    net.eval();
    for (var text : List.of("This movie is so great", "This movie is so bad", "The plot is not dull but gripping.")) {
        var x = vocabulary.indices(words.tokens(text)).unsqueeze(0);
        IO.println(text + " => " + Imdb.classNames().get((int) net.call(x).argmax(1).itemLong()));
    }
}

LabelledSequences data(List<Imdb.Review> reviews, WordTokenizer words, Vocabulary vocabulary) {
    return LabelledSequences.of(
            reviews.stream().map(r -> words.tokens(r.text())).toList(),
            reviews.stream().mapToLong(Imdb.Review::label).toArray(),
            vocabulary,
            500);
}
