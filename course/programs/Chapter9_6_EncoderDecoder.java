import module fathom;
import static fathom.Tensors.*;

/** The course's section 9.6, Encoder-Decoder Architecture: both parts of one's own, and what comes with them. */

/** Encodes a source as the mean of its tokens' vectors. */
final class MeanEncoder extends Encoder {
    final Embedding embedding = new Embedding(8, 6);

    @Override
    public Encoded forward(Tensor tokens, Tensor lengths) {
        var outputs = SequenceMask.fill(embedding.forward(tokens), lengths, 0);
        return new Encoded(outputs, outputs.sum(1).div(lengths.unsqueeze(1)).unsqueeze(0), lengths);
    }
}

/** What a decoder needs of the source. */
record Mean(Tensor vector) implements Decoder.State<Mean> {
    @Override
    public Mean select(Tensor rows) {
        return new Mean(vector.indexSelect(0, rows));
    }
}

/** Predicts the next token by the source and the token before it. */
final class WordDecoder extends Decoder<Mean> {
    final Embedding embedding = new Embedding(8, 6);
    final Linear linear = new Linear(6, 8);

    @Override
    public Mean start(Encoder.Encoded encoded) {
        return new Mean(encoded.hidden().select(0, 0));
    }

    @Override
    public Output<Mean> forward(Tensor tokens, Mean state) {
        return new Output<>(linear.forward(embedding.forward(tokens).add(state.vector().unsqueeze(1))), state);
    }
}

void main() {
    manualSeed(0);
    var model = new EncoderDecoder<>(new MeanEncoder(), new WordDecoder(), new Markers(1, 2, 3));
    var source = randint(4, 8, 2, 5);
    var lengths = tensor(new long[] {5, 3});
    IO.println(model.forward(source, lengths, randint(4, 8, 2, 6)).shape());        //> [2, 6, 8]
    // padding has no effect on what is encoded
    var padded = source.clone();
    padded.get("1, 3:").fill_(1);
    var a = model.encoder().forward(source, lengths).hidden();
    IO.println(a.equal(model.encoder().forward(padded, lengths).hidden()));         //> true
    // decoding comes with the interfaces
    for (var found : BeamSearch.search(model, source, lengths, o -> o.width(2).maxLength(4))) {
        IO.println(found.size());
    }
    //> 2
    //> 2
}
