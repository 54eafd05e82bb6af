import module fathom;
import static fathom.Tensors.*;

/** The course's section 15.4, Natural Language Inference and the Dataset: SNLI, or generated pairs. */
void main() {
    var snli = Snli.load();
    IO.println("%d and %d pairs, from %s".formatted(snli.train().size(), snli.test().size(), snli.source()));
    for (var pair : snli.train().subList(0, 3)) {
        IO.println("premise: " + pair.premise());
        IO.println("hypothesis: " + pair.hypothesis());
        IO.println("label: " + Snli.classNames().get(pair.label()));
    }
    for (var pairs : List.of(snli.train(), snli.test())) {
        var counts = new int[3];
        pairs.forEach(p -> counts[p.label()]++);
        IO.println(Snli.classNames() + " " + Arrays.toString(counts));
    }

    var premises = snli.train().stream().map(p -> Snli.tokens(p.premise())).toList();
    var hypotheses = snli.train().stream().map(p -> Snli.tokens(p.hypothesis())).toList();
    var all = new ArrayList<>(premises);
    all.addAll(hypotheses);
    var vocabulary = Vocabulary.ofSentences(all, o -> o.minFreq(5).reserved("<pad>"));
    IO.println("%d words".formatted(vocabulary.size()));

    // premises and hypotheses in one tensor
    long[] labels = snli.train().stream().mapToLong(Snli.Inference::label).toArray();
    var batch = LabelledSequences.ofPairs(premises, hypotheses, labels, vocabulary, 50).loader(128, true).iterator().next();
    IO.println("%d examples of %d texts, labels %s".formatted(batch.x().size(0), batch.x().size(1), batch.y().shape()));
    //> 128 examples of 2 texts, labels [128]
}
