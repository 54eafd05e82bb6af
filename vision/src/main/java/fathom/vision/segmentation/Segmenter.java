package fathom.vision.segmentation;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.options.InterpolateOptions.Mode;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.util.Locale;

/**
 * The classes of the pixels of an image of any size, by a trained network.
 *
 * {@snippet :
 * var classes = new Segmenter(net.eval(), 32).classes(Images.read(Path.of("cat.jpg")));
 * }
 *
 * <p>Images are normalised by ImageNet's mean and standard deviation. Those larger than {@link #MOST} pixels are
 * reduced for the network, and the logits are enlarged again.
 */
public final class Segmenter {
    /** The longer side of the images that the network sees, at most: that of Pascal VOC's photographs. */
    public static final int MOST = 512;

    private final Layer net;
    private final int stride;
    private final Transform normalized = Transforms.rgb().then(Transforms.normalizeImagenet());

    /**
     * @param net from images {@code [N, 3, H, W]} to logits {@code [N, classes, H, W]}, in evaluation mode
     * @param stride the number of pixels of which H and W must be multiples; 1 if they may be any
     */
    public Segmenter(Layer net, int stride) {
        if (stride < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "Segmenter: the stride must be at least 1, is %d", stride));
        }
        this.net = net;
        this.stride = stride;
    }

    /**
     * {@return the classes of the pixels: int64 {@code [H, W]}}
     *
     * @param image uint8 {@code [3, H, W]} or {@code [1, H, W]}
     */
    public Tensor classes(Tensor image) {
        int height = Math.toIntExact(image.size(1));
        int width = Math.toIntExact(image.size(2));
        int longer = Math.max(height, width);
        Tensor small =
                longer <= MOST ? image : Transforms.resize(scaled(height, longer), scaled(width, longer)).apply(image);
        try (var _ = Autograd.noGrad()) {
            Tensor logits = logits(normalized.apply(small));
            if (longer > MOST) {
                logits = Tensors.interpolate(logits, o -> o.size(height, width).mode(Mode.BILINEAR));
            }
            return logits.argmax(1).squeeze(0).to(DType.INT64);
        }
    }

    private static int scaled(int side, int longer) {
        return Math.max(1, (int) Math.round((double) side * MOST / longer));
    }

    /** {@return the logits {@code [1, classes, H, W]} of a normalised image, which is padded for the network} */
    private Tensor logits(Tensor x) {
        long rows = Math.ceilDiv(x.size(1), stride) * stride - x.size(1);
        long columns = Math.ceilDiv(x.size(2), stride) * stride - x.size(2);
        Tensor input = x.unsqueeze(0).to(net.parameters().getFirst().device());
        Tensor padded = rows == 0 && columns == 0 ? input : Tensors.pad(input, 0, columns, 0, rows);
        return net.call(padded).narrow(2, 0, x.size(1)).narrow(3, 0, x.size(2));
    }
}
