import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 9.8, Beam Search: the greedy choice of each token need not give the most probable sequence. The
 * numbers are the course's: of A, B, C and the end, the sequence A B C has 0.5 x 0.4 x 0.4 x 0.6 = 0.048, but A C B has
 * 0.5 x 0.3 x 0.6 x 0.6 = 0.054.
 */
final String[] NAMES = {"<unk>", "<pad>", "<bos>", "<eos>", "A", "B", "C"};

/** Tokens read so far. */
record Read(Tensor tokens) implements Decoder.State<Read> {
    @Override
    public Read select(Tensor rows) {
        return new Read(tokens.indexSelect(0, rows));
    }
}

/** Predicts by a table of the tokens read so far. */
final class Table extends Decoder<Read> {
    final Map<List<Long>, double[]> next = Map.of(
            List.of(), new double[] {0.1, 0.5, 0.2, 0.2},               // the end, A, B, C
            List.of(4L), new double[] {0.2, 0.1, 0.4, 0.3},
            List.of(4L, 5L), new double[] {0.2, 0.2, 0.2, 0.4},
            List.of(4L, 6L), new double[] {0.2, 0.1, 0.6, 0.1},
            List.of(4L, 5L, 6L), new double[] {0.6, 0.2, 0.2, 0},
            List.of(4L, 6L, 5L), new double[] {0.6, 0.2, 0.1, 0.1});

    @Override
    public Read start(Encoder.Encoded encoded) {
        return new Read(zeros(INT64, encoded.outputs().size(0), 0));
    }

    @Override
    public Output<Read> forward(Tensor tokens, Read state) {
        var read = cat(List.of(state.tokens(), tokens), 1);
        var rows = new ArrayList<Tensor>();
        for (long[] row : read.toArray(long[][].class)) {
            var before = Arrays.stream(row).skip(1).boxed().toList();   // without <bos>
            var p = next.getOrDefault(before, new double[] {0.25, 0.25, 0.25, 0.25});
            rows.add(tensor(new double[] {0, 0, 0, p[0], p[1], p[2], p[3]}).log());
        }
        return new Output<>(stack(rows, 0).unsqueeze(1), new Read(read));
    }
}

/** Has nothing to encode. */
final class Nothing extends Encoder {
    @Override
    public Encoded forward(Tensor tokens, Tensor lengths) {
        return new Encoded(tokens, null, lengths);
    }
}

String text(BeamSearch.Hypothesis found) {
    return "%s %.3f".formatted(found.tokens().stream().map(t -> NAMES[t]).toList(), Math.exp(found.logProbability()));
}

void main() {
    var model = new EncoderDecoder<>(new Nothing(), new Table(), new Markers(1, 2, 3));
    var source = zeros(INT64, 1, 1);
    var lengths = tensor(new long[] {1});
    // what has no parameters decodes as well
    var greedy = BeamSearch.search(model, source, lengths, o -> {}).getFirst().getFirst();
    IO.println(text(greedy));                                           //> [A, B, C] 0.048
    // two beginnings are kept at each step; scores are divided by a power of the lengths, 0.75 unless set
    for (var found : BeamSearch.search(model, source, lengths, o -> o.width(2)).getFirst()) {
        IO.println("%s, score %.3f".formatted(text(found), found.score()));
    }
    //> [A, C, B] 0.054, score -1.032
    //> [A, B, C] 0.048, score -1.074
}
