package fathom.text.classification;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.optim.Adam;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForPreTraining;
import fathom.text.tokenizers.Tokenizer;
import fathom.train.Epochs;
import fathom.train.Losses;
import fathom.train.Task;
import fathom.train.Trainer;

/**
 * Pretrains a small BERT by masked tokens alone (Devlin et al., 2019, section 3.1): 15 % of the tokens of each text are
 * predicted, of which 80 % are masked and 10 % replaced by a random token, anew in each epoch.
 */
final class MaskedPretraining extends Task<Batch> {
    private static final double PREDICTED = 0.15;
    private static final double MASKED = 0.8;
    private static final double KEPT = 0.9;
    private static final double LR = 1e-3;
    private static final int BATCH_SIZE = 64;
    private static final long IGNORED = -100;

    private final BertForPreTraining model;
    private final long special;
    private final long mask;
    private final long tokens;

    private MaskedPretraining(BertForPreTraining model, Tokenizer tokenizer) {
        super(Batch.class, model);
        this.model = model;
        mask = tokenizer.id("[MASK]");
        tokens = tokenizer.size();
        // a tokenizer that was trained here has its special tokens first
        int first = 0;
        while (first < tokens - 1 && tokenizer.isSpecial(first)) {
            first++;
        }
        special = first;
    }

    /**
     * A pretrained model.
     *
     * @param model the model
     * @param loss the mean cross-entropy of the predicted tokens in the last epoch
     */
    record Result(BertForPreTraining model, double loss) {}

    static Result train(BertConfig config, Tokenizer tokenizer, LabelledSequences texts, int epochs, long seed) {
        var task = new MaskedPretraining(new BertForPreTraining(config), tokenizer);
        var run =
                new Trainer(task, t -> t.optimizer(p -> new Adam(p, LR)).clipNorm(1).progress(false))
                        .fit(texts.loader(BATCH_SIZE, true).seed(seed), Epochs.of(epochs));
        return new Result(task.model, run.last().loss());
    }

    @Override
    public Losses step(Batch batch) {
        Tensor ids = batch.x().select(1, 0);
        Tensor isToken = ids.ne(model.config().padTokenId());
        Tensor types = batch.x().select(1, 1).where(isToken, 0);
        Tensor score = Tensors.rand(ids.shape().dims()).to(ids.device()).where(ids.ge(special), -1);
        int predicted = (int) Math.max(1, Math.round(PREDICTED * ids.size(1)));
        var top = score.topk(predicted, 1);
        Tensor positions = top.indices();
        Tensor expected = ids.gather(1, positions);
        Tensor isPredicted = top.values().ge(0);
        Tensor draw = Tensors.rand(positions.shape().dims()).to(ids.device());
        Tensor other = Tensors.randint(special, tokens, positions.shape().dims()).to(ids.device());
        Tensor shown = expected.where(draw.ge(KEPT), other).where(draw.ge(MASKED), mask);
        Tensor input = ids.scatter(1, positions, shown.where(isPredicted, expected));
        var out = model.forward(input, positions, i -> i.types(types).mask(isToken));
        return Losses.of("loss", model.tokenLoss(out.tokens(), expected.where(isPredicted, IGNORED)));
    }
}
