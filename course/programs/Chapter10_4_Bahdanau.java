import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.4, Bahdanau Attention: a decoder that attends to the encoder's outputs at each step. */
final int EPOCHS = 250;

void main() throws IOException {
    manualSeed(0);
    var encoder = new GRUEncoder(10, 8, 16, 2, 0);
    var decoder = new AttentionDecoder(10, 8, 16, 2, 0);
    var x = zeros(INT64, 4, 7);
    var out = decoder.forward(x, decoder.start(encoder.forward(x, full(7, INT64, 4))));
    IO.println(out.logits().shape() + " " + out.state().hidden().shape());          //> [4, 7, 10] [2, 4, 16]

    var data = FraEng.load(o -> o.pairs(600).steps(10));
    var model = new EncoderDecoder<>(
            new GRUEncoder(data.source().size(), 32, 32, 2, 0.1),
            new AttentionDecoder(data.target().size(), 32, 32, 2, 0.1),
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

    // a row for each token of the translation, a column for each of the sentence
    var last = translator.translate(data.pairs().get(450).english());
    var weights = translator.attention(last).get(AttentionKind.CROSS);
    IO.println(weights.sum(-1).allclose(ones(1, 1, last.tokens().size() + 1)));     //> true
    translator.plot(last, AttentionKind.CROSS).save("attention.svg");
}
