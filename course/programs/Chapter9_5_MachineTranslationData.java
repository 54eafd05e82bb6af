import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 9.5, Machine Translation and the Dataset: pairs of sentences as padded sequences with their
 * lengths. Without the course's file, sentences are generated.
 */
void main() throws IOException {
    IO.println(FraEng.tokens("I'm home, Tom!"));                            //> [i'm, home, ,, tom, !]
    var all = FraEng.load();
    IO.println("%,d pairs, %,d English tokens".formatted(all.size(), all.source().size()));
    var english = all.pairs().stream().mapToDouble(p -> FraEng.tokens(p.english()).size()).toArray();
    var french = all.pairs().stream().mapToDouble(p -> FraEng.tokens(p.french()).size()).toArray();
    Plot.of(a -> a.histogram(english, "source").histogram(french, "target").xLabel("tokens").yLabel("pairs"))
            .save("lengths.svg");

    // sequences are cut off or padded, a source ends with <eos>, a target begins with <bos> as well
    var words = Vocabulary.ofSentences(List.of(List.of("go", "."), List.of("i", "go", "home", ".")), o -> o.reserved("<pad>", "<bos>", "<eos>"));
    var padded = PaddedSequences.of(List.of(List.of("go", "."), List.of("i", "go", "home", ".")), words, o -> o.steps(4).end("<eos>"));
    IO.println(padded.tokens());
    //> tensor([[4, 5, 3, 1],
    //>         [6, 4, 7, 5]])
    IO.println(padded.lengths());                                           //> tensor([3, 4])

    var data = FraEng.load(o -> o.pairs(600).steps(8));
    var pairs = DataLoader.of(data, 2).iterator().next().as(EncoderDecoder.Pairs.class);
    IO.println(pairs.source().shape() + " " + pairs.target().shape() + " " + pairs.sourceLengths().shape());    //> [2, 8] [2, 9] [2]
    IO.println(data.target().tokens(pairs.target().get("0, :1")));          //> [<bos>]
}
