import module fathom;
import static fathom.Tensors.*;

/** The course's section 15.1, Sentiment Analysis and the Dataset: movie reviews, or generated ones. */
void main() throws IOException {
    var imdb = Imdb.load();
    IO.println(imdb.train().size() + " reviews for training, from " + imdb.source());
    for (var review : List.of(imdb.train().getFirst(), imdb.train().getLast())) {
        IO.println("label %s, review: %.60s".formatted(Imdb.classNames().get(review.label()), review.text()));
    }

    // words and their frequencies; rare ones are unknown
    var words = new WordTokenizer();
    var texts = imdb.train().stream().map(r -> words.tokens(r.text())).toList();
    var vocabulary = Vocabulary.ofSentences(texts, o -> o.minFreq(5).reserved("<pad>"));
    IO.println(vocabulary.tokens().subList(0, 2));                                  //> [<unk>, <pad>]
    var lengths = tensor(texts.stream().mapToLong(List::size).toArray()).to(FLOAT32);
    Plot.histogram(lengths, a -> a.xLabel("tokens per review").yLabel("reviews")).save("lengths.png");

    // as in the course, all reviews of the same length
    var fixed = PaddedSequences.of(texts, vocabulary, o -> o.steps(500));
    IO.println("500 steps: " + (fixed.tokens().size(1) == 500));                    //> 500 steps: true

    // batches of reviews of similar length, which are padded less
    long[] labels = imdb.train().stream().mapToLong(Imdb.Review::label).toArray();
    var data = LabelledSequences.of(texts, labels, vocabulary, 500);
    var loader = data.loader(64, true).seed(0);
    var batch = loader.iterator().next();
    IO.println("x %s, y %s, %d batches".formatted(batch.x().shape(), batch.y().shape(), loader.size()));
    IO.println("multiples of 50: " + (batch.x().size(1) % 50 == 0));                //> multiples of 50: true
}
