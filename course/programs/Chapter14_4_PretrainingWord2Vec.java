import module fathom;
import static fathom.Tensors.*;

static final int EPOCHS = 5;

/** The course's section 14.4, Pretraining word2vec: the skip-gram model with negative sampling. */
void main() throws IOException {
    manualSeed(0);
    var ptb = Ptb.load();
    var corpus = WordCorpus.of(ptb.train(), 10);
    var pairs = ContextPairs.of(corpus.subsampled(1e-4, 0), 5, 5, 0);
    var net = new SkipGram(corpus.vocabulary().size(), 100);
    IO.println(net.logits(ones(2, 1).to(DType.INT64), ones(2, 4).to(DType.INT64)).shape());   //> [2, 4]

    var task = new Task<Batch>(net) {
        @Override
        public Losses step(Batch batch) {
            return Losses.of("loss", net.loss(batch));
        }
    };
    var run = new Trainer(task, t -> t.optimizer(p -> new Adam(p, 0.002)).progress(false))
            .fit(DataLoader.of(pairs, 512).shuffle(true).seed(0), Epochs.of(ptb.isStandIn() ? 20 * EPOCHS : EPOCHS));
    IO.println("loss %.3f".formatted(run.last().loss()));
    IO.println("below the loss of guessing: " + (run.last().loss() < Math.log(2)));           //> below the loss of guessing: true

    var vectors = TokenEmbedding.of(corpus.vocabulary().tokens(), net.vectors());
    var word = vectors.tokens().contains("chip") ? "chip" : vectors.tokens().get(20);
    for (var similar : vectors.nearest(word, 3)) {
        IO.println("cosine sim=%.3f: %s".formatted(similar.similarity(), similar.token()));
    }
    var frequent = vectors.tokens().subList(1, 41);
    Projection.plot(vectors, frequent).save("word2vec.png");
}
