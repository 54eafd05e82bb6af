import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 14.8, Bidirectional Encoder Representations from Transformers (BERT): what BERT reads, its
 * encoder, and the two heads of its pretraining.
 */
void main() {
    manualSeed(0);
    var pair = SentencePair.of(List.of("this", "movie", "is", "great"), List.of("i", "like", "it"));
    IO.println(pair.tokens());              //> [<cls>, this, movie, is, great, <sep>, i, like, it, <sep>]
    IO.println(pair.types());               //> [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]

    // the sum of the embeddings of tokens, segments and positions goes through two layers
    var config = BertConfig.of(c ->
            c.vocabSize(10_000).hiddenSize(768).intermediateSize(1024).heads(4).layers(2).dropout(0.2).maxPositions(1000));
    Tensor tokens = randint(0, 10_000, 2, 8);
    Tensor segments = tensor(new long[][] {{0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 1, 1, 1, 1, 1}});
    BertOutput encoded = new BertModel(config).forward(tokens, i -> i.types(segments));
    IO.println(encoded.hidden().shape());   //> [2, 8, 768]

    // masked language modelling: scores of all tokens, at three positions of each text
    var model = new BertForPreTraining(config);
    Tensor positions = tensor(new long[][] {{1, 5, 2}, {6, 1, 5}});
    var out = model.forward(tokens, positions, i -> i.types(segments));
    IO.println(out.tokens().shape());       //> [2, 3, 10000]
    Tensor labels = tensor(new long[][] {{7, 8, 9}, {10, 20, 30}});
    Tensor each = crossEntropy(out.tokens().flatten(0, 1), labels.flatten(), o -> o.reduction(Reduction.NONE));
    IO.println(each.shape());               //> [6]

    // next sentence prediction: by the vector of <cls>
    IO.println(out.sentences().shape());    //> [2, 2]
    Tensor next = tensor(new long[] {0, 1});
    IO.println(crossEntropy(out.sentences(), next, o -> o.reduction(Reduction.NONE)).shape());      //> [2]

    // pretraining minimises the sum of both
    model.tokenLoss(out.tokens(), labels).add(model.sentenceLoss(out.sentences(), next)).backward();
}
