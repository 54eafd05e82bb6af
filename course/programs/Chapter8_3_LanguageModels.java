import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 8.3, Language Models and the Dataset: n-grams, Zipf's law, random and sequential partitions. The
 * course counts the 2261 times in its edition of the text.
 */
void main() throws IOException {
    manualSeed(0);
    var words = Tokens.WORDS.of(TimeMachine.text());
    var unigrams = NGrams.of(words, 1);
    var bigrams = NGrams.of(words, 2);
    var trigrams = NGrams.of(words, 3);
    IO.println(unigrams.mostCommon(3).stream().map(c -> c.tokens().getFirst()).toList());   //> [the, i, and]
    IO.println(bigrams.mostCommon(2).stream().map(NGrams.Count::tokens).toList());          //> [[of, the], [in, the]]
    IO.println(trigrams.mostCommon(1));

    // frequencies fall by a power of the rank, those of longer n-grams as well
    Plot.of(a -> {
                for (var n : List.of(unigrams, bigrams, trigrams)) {
                    a.line(arange(1, n.size() + 1, 1, FLOAT32), n.frequencies(), n.n() + "-grams");
                }
                a.xLog().yLog().xLabel("rank").yLabel("frequency");
            })
            .save("zipf.svg");

    // subsequences in random order, and such that each batch goes on where the one before ended
    var sequence = arange(35);
    for (var batch : Sequences.randomPartition(sequence, 2, 5)) {
        IO.println(batch.x().shape() + " " + batch.y().sub(batch.x()).eq(1).all().itemBoolean());   //> [2, 5] true
    }
    Tensor before = null;
    for (var batch : Sequences.sequentialPartition(sequence, 2, 5)) {
        if (before != null) {
            IO.println(batch.x().sub(before).eq(5).all().itemBoolean());    //> true
        }
        before = batch.x();
    }
}
