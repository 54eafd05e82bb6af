import module fathom;

/** The course's section 14.3, The Dataset for Pretraining Word Embeddings: centre words, context words and noise. */
void main() {
    var ptb = Ptb.load();
    IO.println("%d sentences from %s".formatted(ptb.train().size(), ptb.source()));
    var corpus = WordCorpus.of(ptb.train(), 10);
    IO.println("vocabulary: " + corpus.vocabulary().size());

    // frequent words are left out, rare ones stay
    var subsampled = corpus.subsampled(1e-4, 0);
    String frequent = corpus.vocabulary().token(1);
    IO.println("%s: %d before, %d after".formatted(frequent, corpus.count(frequent), subsampled.count(frequent)));
    IO.println("fewer: " + (subsampled.count(frequent) < corpus.count(frequent) / 2));        //> fewer: true

    // windows of random sizes
    var tiny = WordCorpus.of(List.of(List.of("a", "b", "c", "d", "e", "f", "g"), List.of("h", "i", "j")), 0);
    var small = ContextPairs.of(tiny, 2, 0, 0);
    var words = tiny.vocabulary();
    for (int i = 0; i < 3; i++) {
        var example = small.get(i);
        IO.println("centre " + words.tokens(example.get(0)) + " has contexts " + words.tokens(example.get(1)));
    }

    // noise words, as many as five for each context word, drawn by an alias table
    var table = new AliasTable(new double[] {2, 3, 4});
    IO.println(Arrays.toString(table.sample(new SplittableRandom(1), 10)));

    var pairs = ContextPairs.of(subsampled, 5, 5, 0);
    IO.println("%d centre words, %d pairs".formatted(pairs.size(), pairs.pairs()));
    try (var batches = DataLoader.of(pairs, 512).shuffle(true).seed(0).iterator()) {
        var names = List.of("centers", "contexts_negatives", "masks", "labels");
        var batch = batches.next();
        for (int i = 0; i < 4; i++) {
            IO.println(names.get(i) + " shape: " + batch.get(i).shape());
        }
    }
    //> centers shape: [512, 1]
    //> contexts_negatives shape: [512, 60]
    //> masks shape: [512, 60]
    //> labels shape: [512, 60]
}
