import module fathom;
import static fathom.Tensors.*;

/** The course's section 9.7, Sequence to Sequence Learning: two recurrent networks that translate. */
final int EPOCHS = 300;

void main() {
    manualSeed(0);
    // the parts
    var encoder = new GRUEncoder(10, 8, 16, 2, 0);
    var x = zeros(INT64, 4, 7);
    var encoded = encoder.forward(x, full(7, INT64, 4));
    IO.println(encoded.outputs().shape() + " " + encoded.hidden().shape());         //> [4, 7, 16] [2, 4, 16]
    var decoder = new GRUDecoder(10, 8, 16, 2, 0);
    var out = decoder.forward(x, decoder.start(encoded));
    IO.println(out.logits().shape() + " " + out.state().hidden().shape());          //> [4, 7, 10] [2, 4, 16]

    // what follows the end of a sequence is masked, and does not count in the loss
    var tokens = tensor(new long[][] {{1, 2, 3}, {4, 5, 6}});
    IO.println(SequenceMask.fill(tokens, tensor(new long[] {1, 2}), 0));
    //> tensor([[1, 0, 0],
    //>         [4, 5, 0]])
    var loss = MaskedCrossEntropy.of(ones(3, 4, 10), ones(INT64, 3, 4), tensor(new long[] {4, 2, 0}));
    IO.println("%.4f".formatted(loss.item()));                                      //> 2.3026

    // training
    var data = FraEng.load(o -> o.pairs(600).steps(10));
    int words = data.source().size();
    var model = new EncoderDecoder<>(
            new GRUEncoder(words, 32, 32, 2, 0.1), new GRUDecoder(data.target().size(), 32, 32, 2, 0.1), Markers.of(data.target()));
    var run = new Trainer(model.task(), t -> t.optimizer(p -> new Adam(p, 0.005)).clipNorm(1).progress(false))
            .fit(DataLoader.of(data, 64).shuffle(true), Epochs.of(EPOCHS));
    IO.println("loss %.3f".formatted(run.last().loss()));

    // prediction, token by token, and its BLEU with n-grams of up to two tokens
    var translator = new Translator(model, data.source(), data.target(), 10);
    for (int i = 0; i < 4; i++) {
        String english = data.pairs().get(i * 150).english();
        String french = translator.translate(english).text();
        IO.println("%s => %s, bleu %.3f".formatted(english, french, Bleu.ofSentence(french, data.reference(english), 2)));
    }
    IO.println("%.3f".formatted(Bleu.ofSentence("il est riche .", "il est calme .", 2)));     //> 0.658
}
