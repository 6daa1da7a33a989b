//! A canvas that draws a picture again when it, its size, the theme or the pointer changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlCanvasElement, ResizeObserver};
use yew::prelude::*;

use super::preferences::Theme;
use super::surface::Surface;

/// How far an arrow key moves the pointer, in CSS pixels.
const KEY_STEP: f64 = 8.0;

/// Something to draw.
pub(crate) trait Picture: Clone + PartialEq + 'static {
    /// Draws it; `pointer` is where the user points, from the left in CSS pixels.
    fn paint(&self, surface: &Surface, pointer: Option<f64>);
}

#[derive(PartialEq, Properties)]
pub(crate) struct PlotProps<P: Picture> {
    pub(crate) picture: P,
    pub(crate) label: AttrValue,
    pub(crate) theme: Theme,
    /// Whether its part of the screen is shown where there is room for one only.
    pub(crate) shown: bool,
    pub(crate) id: &'static str,
}

pub(crate) enum Msg {
    Point(f64),
    Move(f64),
    Leave,
    Resized,
}

/// The canvas.
pub(crate) struct Plot<P: Picture> {
    canvas: NodeRef,
    pointer: Option<f64>,
    room: Option<(ResizeObserver, Closure<dyn Fn()>)>,
    picture: std::marker::PhantomData<P>,
}

impl<P: Picture> Component for Plot<P> {
    type Message = Msg;
    type Properties = PlotProps<P>;

    fn create(_ctx: &Context<Self>) -> Self {
        Self { canvas: NodeRef::default(), pointer: None, room: None, picture: std::marker::PhantomData }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        let width =
            self.canvas.cast::<HtmlCanvasElement>().map_or(0.0, |canvas| f64::from(canvas.client_width()));
        self.pointer = match message {
            Msg::Point(x) => Some(x),
            Msg::Move(by) => Some((self.pointer.unwrap_or(width * 0.75) + by).max(0.0).min(width)),
            Msg::Leave => None,
            Msg::Resized => self.pointer,
        };
        self.paint(ctx);
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <div class="plot">
                <canvas ref={self.canvas.clone()} role="img" tabindex="0" aria-label={ctx.props().label.clone()}
                    data-testid={ctx.props().id}
                    onpointermove={link.callback(|event: PointerEvent| Msg::Point(f64::from(event.offset_x())))}
                    onpointerleave={link.callback(|_| Msg::Leave)}
                    onblur={link.callback(|_| Msg::Leave)}
                    onkeydown={link.batch_callback(key)} />
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first && let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() {
            let link = ctx.link().clone();
            let resized = Closure::<dyn Fn()>::new(move || link.send_message(Msg::Resized));
            self.room = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok().map(|observer| {
                observer.observe(&canvas);
                (observer, resized)
            });
        }
        self.paint(ctx);
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        if let Some((observer, _)) = self.room.take() {
            observer.disconnect();
        }
    }
}

impl<P: Picture> Plot<P> {
    fn paint(&self, ctx: &Context<Self>) {
        let surface = self.canvas.cast::<HtmlCanvasElement>().as_ref().and_then(Surface::of);
        if let Some(surface) = surface {
            ctx.props().picture.paint(&surface, self.pointer);
        }
    }
}

fn key(event: KeyboardEvent) -> Option<Msg> {
    let message = match event.key().as_str() {
        "ArrowLeft" => Msg::Move(-KEY_STEP),
        "ArrowRight" => Msg::Move(KEY_STEP),
        "Escape" => Msg::Leave,
        _ => return None,
    };
    event.prevent_default();
    Some(message)
}
