import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.10, Transposed Convolution: by hand, as a layer, and as a product with a matrix. */

/** Each element of the input adds a kernel, scaled by it, to the output. */
Tensor transposedConvolution(Tensor x, Tensor kernel) {
    long h = kernel.size(0);
    long w = kernel.size(1);
    var y = zeros(x.size(0) + h - 1, x.size(1) + w - 1);
    for (long i = 0; i < x.size(0); i++) {
        for (long j = 0; j < x.size(1); j++) {
            y.narrow(0, i, h).narrow(1, j, w).add_(kernel.mul(x.get(i, j)));
        }
    }
    return y;
}

/** A layer with one channel and the given kernel. */
Tensor layer(Tensor x, Tensor kernel, Consumer<ConvLayerOptions> options) {
    var layer = new ConvTranspose2d(1, 1, 2, c -> options.accept(c.bias(false)));
    layer.weight.setData(kernel.reshape(1, 1, 2, 2));
    return layer.forward(x.reshape(1, 1, 2, 2)).detach();
}

/** The matrix by which a convolution of a 3 x 3 input with a 2 x 2 kernel is a product. */
Tensor matrix(Tensor kernel) {
    var row = zeros(5);                             // the kernel's rows within rows of three elements
    row.narrow(0, 0, 2).copy_(kernel.select(0, 0));
    row.narrow(0, 3, 2).copy_(kernel.select(0, 1));
    var w = zeros(4, 9);
    int[] starts = {0, 1, 3, 4};
    for (int i = 0; i < 4; i++) {
        w.select(0, i).narrow(0, starts[i], 5).copy_(row);
    }
    return w;
}

void main() {
    manualSeed(0);
    var x = tensor(new float[][] {{0, 1}, {2, 3}});
    var k = tensor(new float[][] {{0, 1}, {2, 3}});
    IO.println(transposedConvolution(x, k));
    //> tensor([[ 0.,  0.,  1.],
    //>         [ 0.,  4.,  6.],
    //>         [ 4., 12.,  9.]])
    IO.println(layer(x, k, c -> {}));
    //> tensor([[[[ 0.,  0.,  1.],
    //>           [ 0.,  4.,  6.],
    //>           [ 4., 12.,  9.]]]])

    // padding removes rows and columns of the output; the stride is between the kernels in the output
    IO.println(layer(x, k, c -> c.padding(1)));
    //> tensor([[[[4.]]]])
    IO.println(layer(x, k, c -> c.stride(2)));
    //> tensor([[[[0., 0., 0., 1.],
    //>           [0., 0., 2., 3.],
    //>           [0., 2., 0., 3.],
    //>           [4., 6., 6., 9.]]]])

    // a transposed convolution of the same options undoes what a convolution does to the shape
    var images = rand(1, 10, 16, 16);
    var conv = new Conv2d(10, 20, 5, c -> c.padding(2).stride(3));
    var transposed = new ConvTranspose2d(20, 10, 5, c -> c.padding(2).stride(3));
    IO.println(transposed.forward(conv.forward(images)).shape().equals(images.shape()));    //> true

    // a convolution is a product with a matrix, the transposed convolution with the transposed matrix
    var input = arange(9, FLOAT32).reshape(3, 3);
    var kernel = tensor(new float[][] {{1, 2}, {3, 4}});
    var y = conv2d(input.reshape(1, 1, 3, 3), kernel.reshape(1, 1, 2, 2)).reshape(2, 2);
    IO.println(y);
    //> tensor([[27., 37.],
    //>         [57., 67.]])
    var w = matrix(kernel);
    IO.println(w);
    //> tensor([[1., 2., 0., 3., 4., 0., 0., 0., 0.],
    //>         [0., 1., 2., 0., 3., 4., 0., 0., 0.],
    //>         [0., 0., 0., 1., 2., 0., 3., 4., 0.],
    //>         [0., 0., 0., 0., 1., 2., 0., 3., 4.]])
    IO.println(y.equal(w.mv(input.flatten()).reshape(2, 2)));                               //> true
    var z = transposedConvolution(y, kernel);
    IO.println(z.equal(w.t().mv(y.flatten()).reshape(3, 3)));                               //> true
}
