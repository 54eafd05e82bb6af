import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.7, Transformer: its parts, a translator, and what attends to what. */
final int EPOCHS = 200;

void main() throws IOException {
    manualSeed(0);
    // layer norm normalises each example, batch norm each feature
    var x = tensor(new float[][] {{1, 2}, {2, 3}});
    IO.println(new LayerNorm(2).forward(x).detach());
    //> tensor([[-1.0000,  1.0000],
    //>         [-1.0000,  1.0000]])
    IO.println(new BatchNorm1d(2).forward(x).detach());
    //> tensor([[-1.0000, -1.0000],
    //>         [ 1.0000,  1.0000]])
    var layer = new TransformerEncoderLayer(24, 8, o -> o.dimFeedforward(48).batchFirst(true));
    IO.println(layer.forward(ones(2, 100, 24), m -> m.srcLengths(tensor(new long[] {3, 2}))).shape());     //> [2, 100, 24]

    var data = FraEng.load(o -> o.pairs(600).steps(10));
    var model = new EncoderDecoder<>(
            new SelfAttentionEncoder(data.source().size(), 32, 4, 2, 0.1, o -> o.dimFeedforward(64)),
            new SelfAttentionDecoder(data.target().size(), 32, 4, 2, 0.1, o -> o.dimFeedforward(64)),
            Markers.of(data.target()));
    var run = new Trainer(model.task(), t -> t.optimizer(p -> new Adam(p, 0.005)).clipNorm(1).progress(false))
            .fit(DataLoader.of(data, 64).shuffle(true), Epochs.of(EPOCHS));
    IO.println("loss %.3f".formatted(run.last().loss()));
    var translator = new Translator(model, data.source(), data.target(), 10);
    for (int i = 0; i < 4; i++) {
        String english = data.pairs().get(i * 150).english();
        String french = translator.translate(english).text();
        IO.println("%s => %s, bleu %.3f".formatted(english, french, Bleu.ofSentence(french, data.reference(english), 2)));
    }

    // three kinds of attention, each with two layers of four heads
    var last = translator.translate(data.pairs().get(450).english());
    for (var kind : AttentionKind.values()) {
        IO.println(kind.title() + " " + translator.attention(last).get(kind).narrow(2, 0, 1).size(1));
        translator.plot(last, kind).save(kind + ".svg");
    }
    //> encoder self-attention 4
    //> decoder self-attention 4
    //> encoder-decoder attention 4
}
