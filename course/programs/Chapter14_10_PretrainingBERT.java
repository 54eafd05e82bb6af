import module fathom;
import static fathom.Tensors.*;

static final int BATCH = 512, STEPS = 50;

/**
 * The course's section 14.10, Pretraining BERT: a small model on WikiText-2, or on its stand-in, and the vectors of words
 * in their context.
 */
void main() {
    manualSeed(0);
    var data = BertPretrainingData.of(WikiText2.load().train(), o -> o.maxLength(64));
    var words = data.vocabulary();
    var net = new BertForPreTraining(BertConfig.of(c -> c.vocabSize(words.size()).hiddenSize(128).intermediateSize(256)
            .heads(2).layers(2).dropout(0.2).maxPositions(64).padTokenId(words.index("<pad>"))));
    var adam = new Adam(net.parameters(), 0.01);

    var step = Captured.ofAll(in -> {
        var out = net.forward(in.get(0), in.get(3), i -> i.types(in.get(1)).lengths(in.get(2)));
        Tensor mlm = net.tokenLoss(out.tokens(), in.get(5).where(in.get(4).gt(0), -100));
        Tensor nsp = net.sentenceLoss(out.sentences(), in.get(6));
        adam.zeroGrad();
        mlm.add(nsp).backward();
        adam.step();
        return List.of(mlm, nsp);
    });
    double mlm = 0, nsp = 0, seconds = 0;
    int done = 0;
    while (done < STEPS) {
        for (var batch : DataLoader.of(data, BATCH).shuffle(true).seed(done).dropLast(true)) {
            if (done == STEPS) {
                break;
            }
            long start = System.nanoTime();
            var losses = step.callAll(batch.tensors().toArray(Tensor[]::new));
            mlm += losses.get(0).item();
            nsp += losses.get(1).item();
            seconds += (System.nanoTime() - start) * 1e-9;
            done++;
        }
    }
    // the means over all steps; the course has 5.425 and 0.775 on WikiText-2
    IO.println("MLM loss %.3f, NSP loss %.3f".formatted(mlm / STEPS, nsp / STEPS));
    IO.println("%.1f sentence pairs/sec".formatted(BATCH * STEPS / seconds));
    IO.println("below the loss of guessing: " + (mlm / STEPS < Math.log(words.size())));   //> below the loss of guessing: true

    net.eval();
    var single = encode(net, words, List.of("a", "crane", "is", "flying"), List.of());
    IO.println(single.hidden().shape());                                                //> [1, 6, 128]
    IO.println(single.first().shape());                                                 //> [1, 128]
    Tensor crane = single.hidden().get("0, 2");
    IO.println(crane.get(":3"));

    var pair = encode(net, words, List.of("a", "crane", "driver", "came"), List.of("he", "just", "left"));
    IO.println(pair.hidden().shape());                                                  //> [1, 10, 128]
    Tensor other = pair.hidden().get("0, 2");
    IO.println(other.get(":3"));
    // the same word has another vector in another context
    IO.println(crane.sub(other).abs().max().item() > 1e-3);                             //> true
}

BertOutput encode(BertForPreTraining net, Vocabulary words, List<String> first, List<String> second) {
    var text = SentencePair.of(first, second);
    return net.bert.forward(text.ids(words), i -> i.types(text.typeIds()));
}
