package fathom.testkit;

import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Conv2dWeightGrad;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Window;
import java.util.Arrays;
import java.util.Locale;

/** Matrix products and convolutions straight from their definitions. */
final class NaiveContractions {
    private NaiveContractions() {}

    static void matMul(MatMul p, Operand[] in, Operand out) {
        Operand a = in[0];
        Operand b = in[1];
        int r = out.rank();
        long inner = a.shape()[r - 1];
        var total = new Total(out.dtype());
        Walk.over(
                out.shape(),
                (at, index) -> {
                    total.reset();
                    for (long k = 0; k < inner; k++) {
                        total.addProduct(a, at[0] + k * a.strides()[r - 1], b, at[1] + k * b.strides()[r - 2]);
                    }
                    if (p.bias()) {
                        total.add(in[2], index[r - 1] * in[2].strides()[0]);
                    }
                    total.store(out, at[2]);
                },
                Walk.with(a.strides(), r - 1, 0),
                Walk.with(b.strides(), r - 2, 0),
                out.strides());
    }

    static void conv2d(Conv2d p, Operand[] in, Operand out) {
        Operand x = in[0];
        Operand w = in[1];
        long perGroup = w.shape()[1];
        long outPerGroup = w.shape()[0] / p.groups();
        Window v = p.window();
        var total = new Total(out.dtype());
        Walk.over(
                out.shape(),
                (at, o) -> {
                    total.reset();
                    long firstChannel = o[1] / outPerGroup * perGroup;
                    for (long c = 0; c < perGroup; c++) {
                        for (long kh = 0; kh < w.shape()[2]; kh++) {
                            long h = o[2] * v.strideH() - v.padH() + kh * v.dilationH();
                            for (long kw = 0; kw < w.shape()[3]; kw++) {
                                long wide = o[3] * v.strideW() - v.padW() + kw * v.dilationW();
                                if (h >= 0 && h < x.shape()[2] && wide >= 0 && wide < x.shape()[3]) {
                                    total.addProduct(
                                            x,
                                            offset(x, o[0], firstChannel + c, h, wide),
                                            w,
                                            offset(w, o[1], c, kh, kw));
                                }
                            }
                        }
                    }
                    if (in.length > 2) {
                        total.add(in[2], o[1] * in[2].strides()[0]);
                    }
                    total.store(out, at[0]);
                },
                out.strides());
    }

    static void conv2dInputGrad(Conv2dInputGrad p, Operand g, Operand w, Operand out) {
        long perGroup = w.shape()[1];
        long outPerGroup = w.shape()[0] / p.groups();
        Window v = p.window();
        var total = new Total(out.dtype());
        Walk.over(
                out.shape(),
                (at, i) -> {
                    total.reset();
                    long group = i[1] / perGroup;
                    for (long o = group * outPerGroup; o < (group + 1) * outPerGroup; o++) {
                        for (long kh = 0; kh < w.shape()[2]; kh++) {
                            long h = i[2] + v.padH() - kh * v.dilationH();
                            for (long kw = 0; kw < w.shape()[3]; kw++) {
                                long wide = i[3] + v.padW() - kw * v.dilationW();
                                if (h % v.strideH() != 0 || wide % v.strideW() != 0) {
                                    continue;
                                }
                                long oh = h / v.strideH();
                                long ow = wide / v.strideW();
                                if (h >= 0 && oh < g.shape()[2] && wide >= 0 && ow < g.shape()[3]) {
                                    total.addProduct(
                                            g, offset(g, i[0], o, oh, ow), w, offset(w, o, i[1] % perGroup, kh, kw));
                                }
                            }
                        }
                    }
                    total.store(out, at[0]);
                },
                out.strides());
    }

    static void conv2dWeightGrad(Conv2dWeightGrad p, Operand g, Operand x, Operand out) {
        long perGroup = out.shape()[1];
        long outPerGroup = out.shape()[0] / p.groups();
        Window v = p.window();
        var total = new Total(out.dtype());
        Walk.over(
                out.shape(),
                (at, k) -> {
                    total.reset();
                    long channel = k[0] / outPerGroup * perGroup + k[1];
                    for (long n = 0; n < g.shape()[0]; n++) {
                        for (long oh = 0; oh < g.shape()[2]; oh++) {
                            long h = oh * v.strideH() - v.padH() + k[2] * v.dilationH();
                            for (long ow = 0; ow < g.shape()[3]; ow++) {
                                long wide = ow * v.strideW() - v.padW() + k[3] * v.dilationW();
                                if (h >= 0 && h < x.shape()[2] && wide >= 0 && wide < x.shape()[3]) {
                                    total.addProduct(g, offset(g, n, k[0], oh, ow), x, offset(x, n, channel, h, wide));
                                }
                            }
                        }
                    }
                    total.store(out, at[0]);
                },
                out.strides());
    }

    static long offset(Operand o, long... index) {
        long[] strides = o.strides();
        if (index.length != strides.length) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%d indices into an operand of shape %s",
                            index.length,
                            Arrays.toString(o.shape())));
        }
        long offset = 0;
        for (int d = 0; d < index.length; d++) {
            offset += index[d] * strides[d];
        }
        return offset;
    }
}
