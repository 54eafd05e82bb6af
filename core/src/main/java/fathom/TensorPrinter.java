package fathom;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Text of tensors, in PyTorch's format: four decimal digits, columns of equal width, scientific notation if magnitudes
 * differ much, tensors of more than 1000 elements summarised by 3 at each edge, lines of at most 80 characters.
 */
final class TensorPrinter {
    private static final int PRECISION = 4;
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 80;
    private static final String PREFIX = "tensor(";

    private final boolean summarize;
    private final Format format;

    private TensorPrinter(Tensor tensor) {
        this.summarize = tensor.numel() > THRESHOLD;
        this.format = Format.of(tensor.dtype(), shown(tensor));
    }

    static String print(Tensor t) {
        var suffixes = new ArrayList<String>();
        DType d = t.dtype();
        String body;
        Tensor plain = t.detach();
        if (t.isMeta()) {
            suffixes.add("device='meta'");
            suffixes.add("size=" + size(t));
            if (d != DType.FLOAT32) {
                suffixes.add("dtype=" + d.torchName());
            }
            body = "...";
        } else if (t.numel() == 0) {
            if (t.dim() != 1) {
                suffixes.add("size=" + size(t));
            }
            if (d != DType.FLOAT32) {
                suffixes.add("dtype=" + d.torchName());
            }
            body = "[]";
        } else {
            if (d != DType.FLOAT32 && d != DType.INT64 && d != DType.BOOL) {
                suffixes.add("dtype=" + d.torchName());
            }
            body = new TensorPrinter(plain).text(plain, PREFIX.length(), 0);
        }
        if (t.node() != null) {
            suffixes.add("grad_fn=<" + t.node() + ">");
        } else if (t.requiresGrad()) {
            suffixes.add("requires_grad=True");
        }
        return withSuffixes(PREFIX + body, suffixes);
    }

    private static String size(Tensor t) {
        var text = new StringBuilder("(");
        for (int i = 0; i < t.dim(); i++) {
            text.append(i == 0 ? "" : ", ").append(t.rawShape()[i]);
        }
        return text.append(')').toString();
    }

    private static String withSuffixes(String text, List<String> suffixes) {
        var out = new StringBuilder(text);
        int lastLine = text.length() - text.lastIndexOf('\n');
        for (String s : suffixes) {
            if (lastLine + s.length() + 2 > LINE) {
                out.append(",\n").append(" ".repeat(PREFIX.length())).append(s);
                lastLine = PREFIX.length() + s.length();
            } else {
                out.append(", ").append(s);
                lastLine += s.length() + 2;
            }
        }
        return out.append(')').toString();
    }

    /** The elements to be printed, in one dimension: they determine the format. */
    private Tensor shown(Tensor t) {
        if (!summarize) {
            return t.reshape(-1);
        }
        Tensor s = t;
        for (int d = 0; d < t.dim(); d++) {
            long n = t.rawShape()[d];
            if (n > 2 * EDGE) {
                s = Tensors.cat(List.of(s.narrow(d, 0, EDGE), s.narrow(d, n - EDGE, EDGE)), d);
            }
        }
        return s.reshape(-1);
    }

    private String text(Tensor t, int indent, int depth) {
        if (t.dim() == 0) {
            return format.of(t);
        }
        if (t.dim() == 1) {
            return row(t, indent);
        }
        long n = t.rawShape()[0];
        var slices = new ArrayList<String>();
        if (summarize && n > 2 * EDGE) {
            for (long i = 0; i < EDGE; i++) {
                slices.add(text(t.select(0, i), indent + 1, depth + 1));
            }
            slices.add("...");
            for (long i = n - EDGE; i < n; i++) {
                slices.add(text(t.select(0, i), indent + 1, depth + 1));
            }
        } else {
            for (long i = 0; i < n; i++) {
                slices.add(text(t.select(0, i), indent + 1, depth + 1));
            }
        }
        String between = "," + "\n".repeat(t.dim() - 1) + " ".repeat(indent + 1);
        return "[" + String.join(between, slices) + "]";
    }

    private String row(Tensor t, int indent) {
        long n = t.rawShape()[0];
        var words = new ArrayList<String>();
        if (summarize && n > 2 * EDGE) {
            format.all(t.narrow(0, 0, EDGE), words);
            words.add(" ...");
            format.all(t.narrow(0, n - EDGE, EDGE), words);
        } else {
            format.all(t, words);
        }
        int perLine = Math.max(1, (int) Math.floor((LINE - indent) / (double) (format.width + 2)));
        var out = new StringBuilder("[");
        for (int i = 0; i < words.size(); i++) {
            if (i > 0) {
                out.append(i % perLine == 0 ? ",\n" + " ".repeat(indent + 1) : ", ");
            }
            out.append(words.get(i));
        }
        return out.append(']').toString();
    }

    /** The number format of one tensor. */
    private record Format(DType dtype, boolean whole, boolean scientific, int width) {

        static Format of(DType dtype, Tensor shown) {
            if (!dtype.isFloating()) {
                int width = 1;
                for (long v : shown.to(DType.INT64).toLongArray()) {
                    width = Math.max(width, word(dtype, v).length());
                }
                return new Format(dtype, false, false, width);
            }
            double[] values = shown.to(DType.FLOAT64).toDoubleArray();
            double least = Double.POSITIVE_INFINITY;
            double greatest = 0;
            boolean whole = true;
            boolean any = false;
            for (double v : values) {
                if (Double.isFinite(v) && v != 0) {
                    any = true;
                    least = Math.min(least, Math.abs(v));
                    greatest = Math.max(greatest, Math.abs(v));
                    whole &= v == Math.ceil(v);
                }
            }
            if (!any) {
                return new Format(dtype, true, false, 1);
            }
            boolean scientific =
                    whole
                            ? greatest / least > 1000 || greatest > 1e8
                            : greatest / least > 1000 || greatest > 1e8 || least < 1e-4;
            return new Format(dtype, whole, scientific, 1).widest(values);
        }

        private Format widest(double[] values) {
            int w = 1;
            for (double v : values) {
                if (Double.isFinite(v) && v != 0) {
                    w = Math.max(w, number(v).length());
                }
            }
            return new Format(dtype, whole, scientific, w);
        }

        private static String word(DType dtype, long v) {
            return dtype == DType.BOOL ? v != 0 ? "True" : "False" : Long.toString(v);
        }

        private String number(double v) {
            if (Double.isNaN(v)) {
                return "nan";
            }
            if (Double.isInfinite(v)) {
                return v > 0 ? "inf" : "-inf";
            }
            // C's printf rounds the exact binary value, ties to even; Java's formatter rounds ties up
            var exact = new BigDecimal(v).abs();
            String sign = v < 0 || 1 / v < 0 ? "-" : "";
            if (scientific) {
                return sign + scientific(exact);
            }
            return sign
                    + (whole
                            ? exact.toPlainString() + "."
                            : exact.setScale(PRECISION, RoundingMode.HALF_EVEN).toPlainString());
        }

        private static String scientific(BigDecimal exact) {
            var digits = exact.round(new MathContext(PRECISION + 1, RoundingMode.HALF_EVEN));
            int exponent = digits.signum() == 0 ? 0 : digits.precision() - digits.scale() - 1;
            String mantissa =
                    digits.scaleByPowerOfTen(-exponent).setScale(PRECISION, RoundingMode.UNNECESSARY).toPlainString();
            return String.format(Locale.ROOT, "%se%s%02d", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }

        String of(Tensor single) {
            String s = dtype.isFloating() ? number(single.item()) : word(dtype, single.itemLong());
            return " ".repeat(Math.max(0, width - s.length())) + s;
        }

        void all(Tensor row, List<String> into) {
            for (Tensor t : row.unbind(0)) {
                into.add(of(t));
            }
        }
    }
}
