package fathom.text.decoder;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.ModuleList;
import fathom.nn.norm.LayerNorm;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2 (Radford et al., 2019): learned positions, layer norms before the sublayers, GELU by its tanh approximation.
 * Parameters are named as in Hugging Face's {@code GPT2LMHeadModel}; weights of linear layers are {@code [out, in]}
 * here, and transposed in files.
 */
public final class Gpt2 extends CausalLM {
    final Model transformer;
    final @Nullable Linear lmHead;

    /** The network below the head. */
    static final class Model extends Block {
        final Embedding wte;
        final Embedding wpe;
        final Dropout drop;
        final ModuleList<Part> h;
        final LayerNorm lnF;

        Model(DecoderConfig c) {
            wte = new Embedding(c.vocabSize(), c.hiddenSize());
            wpe = new Embedding(c.maxPositions(), c.hiddenSize());
            drop = new Dropout(c.dropout());
            h = new ModuleList<>(IntStream.range(0, c.layers()).mapToObj(i -> new Part(c, i)).toList());
            lnF = norm(c);
        }
    }

    /** A layer. */
    static final class Part extends Block {
        final LayerNorm ln_1; // the file's name
        final Attention attn;
        final LayerNorm ln_2; // the file's name
        final Mlp mlp;

        Part(DecoderConfig c, int layer) {
            ln_1 = norm(c);
            attn = new Attention(c, layer);
            ln_2 = norm(c);
            mlp = new Mlp(c);
        }

        Tensor forward(Tensor x, Reading reading) {
            Tensor y = x.add(attn.forward(ln_1.forward(x), reading));
            return y.add(mlp.call(ln_2.forward(y)));
        }
    }

    /** Multi-head attention, whose projections are one layer. */
    static final class Attention extends Block {
        final Linear cAttn;
        final Linear cProj;
        final Dropout residDropout;
        private final DecoderConfig config;
        private final int layer;

        Attention(DecoderConfig c, int layer) {
            config = c;
            this.layer = layer;
            cAttn = new Linear(c.hiddenSize(), 3 * c.hiddenSize());
            cProj = new Linear(c.hiddenSize(), c.hiddenSize());
            residDropout = new Dropout(c.dropout());
        }

        Tensor forward(Tensor x, Reading reading) {
            Tensor[] split =
                    cAttn.forward(x).unflatten(-1, 3, config.heads(), config.headDim()).unbind(2).stream()
                            .map(t -> t.transpose(1, 2))
                            .toArray(Tensor[]::new);
            double dropout = isTraining() ? config.dropout() : 0;
            Tensor y = reading.attend(layer, 0, split[0], split[1], split[2], dropout);
            return residDropout.forward(cProj.forward(y.transpose(1, 2).flatten(2)));
        }
    }

    /** A feed-forward network of two layers. */
    static final class Mlp extends Layer {
        final Linear cFc;
        final Linear cProj;
        final Dropout dropout;

        Mlp(DecoderConfig c) {
            cFc = new Linear(c.hiddenSize(), c.intermediateSize());
            cProj = new Linear(c.intermediateSize(), c.hiddenSize());
            dropout = new Dropout(c.dropout());
        }

        @Override
        public Tensor forward(Tensor x) {
            return dropout.forward(cProj.forward(cFc.forward(x).geluTanh()));
        }
    }

    /** A newly initialised network. */
    Gpt2(DecoderConfig config) {
        super(config);
        transformer = new Model(config);
        lmHead = config.tied() ? null : new Linear(config.hiddenSize(), config.vocabSize(), o -> o.bias(false));
        // projections into the residual stream are scaled by their number
        double residual = 1 / Math.sqrt(2.0 * config.layers());
        initialise(name -> name.endsWith("c_proj.weight") ? residual : 1);
    }

    private static LayerNorm norm(DecoderConfig c) {
        return new LayerNorm(c.hiddenSize(), o -> o.eps(c.normEps()));
    }

    @Override
    Tensor hidden(Tensor ids, Reading reading) {
        Tensor x =
                transformer.drop.forward(
                        transformer.wte.forward(ids).add(transformer.wpe.forward(reading.positions())));
        for (Part part : transformer.h) {
            x = part.forward(x, reading);
        }
        return x;
    }

    @Override
    Tensor logits(Tensor hidden) {
        Tensor x = transformer.lnF.forward(hidden);
        return lmHead != null ? lmHead.forward(x) : Tensors.linear(x, transformer.wte.weight, null);
    }

    @Override
    Tensor embeddingWeight() {
        return transformer.wte.weight;
    }
}
